//! QR codes: an image for pages, blocks for terminals.

use qrcode::QrCode;
use qrcode::render::{svg, unicode};

/// Most bytes that are put into one: more could hardly be read by a camera.
const TEXT_MAX: usize = 512;

/// An SVG image; `None` if the text is too long.
pub fn svg(text: &str) -> Option<String> {
    let image = code(text)?
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .build();
    Some(image)
}

/// Lines of half blocks, dark on light whatever the colours of the terminal.
pub fn blocks(text: &str) -> Option<String> {
    let lines = code(text)?
        .render::<unicode::Dense1x2>()
        .dark_color(unicode::Dense1x2::Light)
        .light_color(unicode::Dense1x2::Dark)
        .build();
    Some(lines)
}

fn code(text: &str) -> Option<QrCode> {
    (text.len() <= TEXT_MAX).then(|| QrCode::new(text).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_an_image_or_lines_of_one_width() {
        let image = svg("https://cadencia.example/api/v1/phone-config/abc").expect("it fits");
        assert!(image.contains("<svg") && !image.contains("script"));
        let lines = blocks("sip:ana@192.0.2.1").expect("it fits");
        let widths: std::collections::HashSet<_> =
            lines.lines().map(|line| line.chars().count()).collect();
        assert_eq!(widths.len(), 1);
        assert_eq!(svg(&"x".repeat(TEXT_MAX + 1)), None);
    }
}
