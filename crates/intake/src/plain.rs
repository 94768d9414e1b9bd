//! Text as it is compared: lower case, no accents, words parted by one space.

/// `"Tel. Móvil_1 "` becomes `"tel movil 1"`.
pub(crate) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match unaccented(letter) {
            Some(letter) => out.push(letter),
            None if out.ends_with(' ') || out.is_empty() => {}
            None => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Trimmed, every run of spaces and line breaks made one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn unaccented(letter: char) -> Option<char> {
    Some(match letter {
        'á' | 'à' | 'ä' | 'â' | 'ã' => 'a',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'í' | 'ì' | 'ï' | 'î' => 'i',
        'ó' | 'ò' | 'ö' | 'ô' | 'õ' => 'o',
        'ú' | 'ù' | 'ü' | 'û' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        other if other.is_alphanumeric() => other,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_compare_without_accents_or_signs() {
        assert_eq!(plain("  Tel. Móvil_1 "), "tel movil 1");
        assert_eq!(plain("N° IDENTIFICACIÓN"), "n identificacion");
        assert_eq!(one_line(" Ana \n María "), "Ana María");
    }
}
