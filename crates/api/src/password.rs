//! Passwords: argon2id strings in the store, generated ones shown once.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use rand::RngExt as _;

use crate::error::ApiError;

/// Fewest characters of a password that people choose.
pub const LENGTH_MIN: usize = 8;

/// Refuses a password of a phone that is too short to be one.
pub(crate) fn check_phone(password: Option<&String>) -> Result<(), ApiError> {
    if password.is_some_and(|password| password.chars().count() < LENGTH_MIN) {
        let words = format!("the password of a phone has {LENGTH_MIN} characters at least");
        return Err(ApiError::Invalid(words));
    }
    Ok(())
}

/// Hashes a password for the store. Slow by design: call it off the runtime.
pub fn hash(password: &str) -> String {
    Argon2::default()
        .hash_password(password.as_bytes())
        .expect("argon2's defaults accept any password")
        .to_string()
}

/// Whether the password is the one that was hashed. Slow by design.
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    })
}

/// A random password without letters that look alike: 22 of 57 characters,
/// 128 bits.
pub fn generate() -> String {
    const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    let mut rng = rand::rng();
    (0..22)
        .map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_that_was_hashed_is_right() {
        let hash = hash("contraseña larga");
        assert!(verify("contraseña larga", &hash));
        assert!(!verify("contraseña Larga", &hash));
        assert!(!verify("x", "no hash at all"));
    }
}
