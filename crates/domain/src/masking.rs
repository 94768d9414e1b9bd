//! Documents and numbers for those who may not see them whole.

/// All but the last three letters as stars, and the plus that a number begins with.
pub fn hidden(text: &str) -> String {
    let count = text.chars().count();
    let shown = |(place, letter)| match place + 3 >= count || (place == 0 && letter == '+') {
        true => letter,
        false => '*',
    };
    text.chars().enumerate().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_documents_are_hidden_but_for_their_end() {
        assert_eq!(hidden("+573001234567"), "+*********567");
        assert_eq!(hidden("12"), "12");
    }
}
