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
    let mut optional = 0;
    let lines = EXAMPLE.lines().map(|line| match line.strip_prefix("# ") {
        Some(setting) if setting.starts_with("advertised =") || setting.starts_with("bind =") => {
            optional += 1;
            setting
        }
        _ => line,
    });
    let config = read(&lines.collect::<Vec<_>>().join("\n"));
    assert_eq!(optional, 2);
    assert!(config.sip.advertised.is_some() && config.media.bind.is_some());
}
