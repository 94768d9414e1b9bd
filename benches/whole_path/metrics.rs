//! What the engine tells of itself at `/metrics`.

use tests::Running;

/// A figure by its name and labels; 0 if there is none yet.
pub(crate) fn figure(engine: &Running, name: &str) -> f64 {
    metrics(engine)
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .map_or(0.0, |value| value.trim().parse().expect("a number"))
}

/// The upper edge of the bucket in which this share of a histogram lies.
pub(crate) fn quantile(engine: &Running, name: &str, share: f64) -> f64 {
    let text = metrics(engine);
    let buckets: Vec<(f64, f64)> = text
        .lines()
        .filter_map(|line| line.strip_prefix(&format!("{name}_bucket{{le=\"")))
        .filter_map(|line| line.split_once("\"} "))
        .map(|(edge, count)| {
            let number = |text: &str| text.parse().unwrap_or(f64::INFINITY);
            (number(edge), number(count))
        })
        .collect();
    let total = buckets.last().map_or(0.0, |bucket| bucket.1);
    let within = buckets.iter().find(|(_, count)| *count >= total * share);
    within.map_or(f64::NAN, |(edge, _)| *edge)
}

fn metrics(engine: &Running) -> String {
    ureq::get(format!("http://{}/metrics", engine.http()))
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_string())
        .expect("the engine tells its figures")
}
