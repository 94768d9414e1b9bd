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
        let is_name = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        is_name || line.starts_with("[[")
    };
    let lines = EXAMPLE.lines();
    let lines = lines.map(|line| line.strip_prefix("# ").filter(is_setting).unwrap_or(line));
    // A table of causes and a recording are read at once, wherever they are.
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path().to_str().expect("folders of tests are ASCII");
    std::fs::write(folder.path().join("causes.txt"), "").expect("our folder");
    std::fs::write(folder.path().join("entrantes.wav"), recording()).expect("our folder");
    let text = lines.collect::<Vec<_>>().join("\n");
    let text = text.replace("/etc/cadencia/causes.txt", &format!("{here}/causes.txt"));
    let config = read(&text.replace(
        "/etc/cadencia/entrantes.wav",
        &format!("{here}/entrantes.wav"),
    ));
    assert!(config.media.inbound_message.is_some());
    assert!(!config.sip.advertised.all().is_empty() && !config.media.bind.all().is_empty());
    let tls = config.sip.tls.clone();
    assert!(!config.sip.websocket.bind.all().is_empty());
    assert!(!tls.bind.all().is_empty() && tls.certificate.is_some() && tls.authorities.is_some());
}

/// A tenth of a second of silence: WAV, 8 kHz, 16 bit, mono.
fn recording() -> Vec<u8> {
    let (format, data) = (16_u32, 1_600_u32);
    let mut wav = Vec::from(*b"RIFF");
    wav.extend((36 + data).to_le_bytes());
    wav.extend(*b"WAVEfmt ");
    wav.extend(format.to_le_bytes());
    wav.extend([1, 0, 1, 0]);
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend(16_000_u32.to_le_bytes());
    wav.extend([2, 0, 16, 0]);
    wav.extend(*b"data");
    wav.extend(data.to_le_bytes());
    wav.resize(wav.len() + data as usize, 0);
    wav
}
