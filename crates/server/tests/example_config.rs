//! The example a newcomer copies must work, and tell the truth about defaults.

use server::Config;

const EXAMPLE: &str = include_str!("../../../config/cadencia.example.toml");

fn read(text: &str) -> Config {
    let config: Config = toml::from_str(text).expect("the example is a configuration");
    config.check().expect("the example is sound");
    config
}

#[test]
fn the_example_shows_the_defaults() {
    assert_eq!(read(EXAMPLE), Config::default());
}

#[test]
fn what_the_example_leaves_out_may_be_put_in() {
    let is_setting = |line: &&str| {
        let name = line.split_once(" = ").map_or("", |(name, _)| name);
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let lines = EXAMPLE.lines();
    let lines = lines.map(|line| line.strip_prefix("# ").filter(is_setting).unwrap_or(line));
    // A table of causes is read at once, wherever it is.
    let causes = tempfile::NamedTempFile::new().expect("a file");
    let path = causes.path().to_str().expect("folders of tests are ASCII");
    let text = lines.collect::<Vec<_>>().join("\n");
    let config = read(&text.replace("/etc/cadencia/causes.txt", path));
    assert!(!config.sip.advertised.all().is_empty() && !config.media.bind.all().is_empty());
    let tls = config.sip.tls.clone();
    assert!(!config.sip.websocket.bind.all().is_empty());
    assert!(!tls.bind.all().is_empty() && tls.certificate.is_some() && tls.authorities.is_some());
}
