//! Why a file was refused, in words that say what to do. No word of what is inside gets into one.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a file is not opened.
#[derive(Debug, Error)]
pub enum Refusal {
    /// It could not be read.
    #[error("the file cannot be read: {0}")]
    Read(#[source] io::Error),
    /// It is in the clear where it must not be.
    #[error(
        "the file is not encrypted; encrypt it to our key (`cadencia reception keys show`) and send it again"
    )]
    NotEncrypted,
    /// No key of ours opens it.
    #[error(
        "none of our keys opens it; encrypt it to the key that `cadencia reception keys show` prints"
    )]
    NoKey,
    /// No passphrase of ours opens it.
    #[error("none of our passphrases opens it; agree on one and add it to the file of passphrases")]
    NoPassphrase,
    /// It was cut off, or changed on the way.
    #[error("it is damaged or was changed on the way ({0}); send it again")]
    Damaged(String),
    /// Encrypted with what protects nothing.
    #[error(
        "it is encrypted with ZipCrypto, which is broken in minutes; pack it again with AES-256 \
         (7z a -tzip -mem=AES256 -p FILE.zip BASE.csv)"
    )]
    ZipCrypto,
    /// Encrypted, but anybody could have changed it.
    #[error(
        "it is encrypted without protection against changes (no MDC, no AEAD); encrypt it with a GnuPG of \
         this century"
    )]
    NoIntegrity,
    /// OpenPGP without encryption.
    #[error(
        "it is an OpenPGP message that is not encrypted; encrypt it to our key and send it again"
    )]
    OnlySigned,
    /// More is in it than is held in memory.
    #[error("it holds more than {} MiB; split the base", .most >> 20)]
    TooLarge {
        /// Bytes it may hold.
        most: u64,
    },
    /// One base at a time.
    #[error("there are {files} files in it; send one base in one archive")]
    ManyFiles {
        /// How many.
        files: usize,
    },
    /// An archive without a file.
    #[error("there is no file in it")]
    NoFile,
    /// A name that points elsewhere.
    #[error("a file in it has a name that leads out of its folder; pack the base alone")]
    UnsafeName,
    /// A link.
    #[error("what is in it is a link, not a file; pack the base itself")]
    Link,
    /// Some files are encrypted, the base is not.
    #[error("the base in the archive is not encrypted; pack it again with AES-256")]
    PartlyEncrypted,
    /// Packed in a way that is not read.
    #[error(
        "it is packed by a method that is not read; pack it with Deflate (7z a -tzip -mm=Deflate -mem=AES256)"
    )]
    Method,
    /// Messages within messages.
    #[error("there is a message in the message in it; encrypt the base once")]
    Nested,
    /// A known key did not sign this.
    #[error("the signature of {fingerprint} is wrong: this is not what they signed; ask them")]
    BadSignature {
        /// Whose it says it is.
        fingerprint: String,
    },
    /// Nobody known signed it, where that is asked for.
    #[error("no key of the client's signed it, and this place takes signed files only")]
    NotSigned,
    /// No file at all.
    #[error("it is no regular file; send the file itself")]
    NotAFile,
    /// It changed while it was looked at.
    #[error("it changed while it was read; send it again, and rename it only once it is complete")]
    Changing,
}

impl Refusal {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Read(_) => "read",
            Refusal::NotEncrypted => "not_encrypted",
            Refusal::NoKey => "no_key",
            Refusal::NoPassphrase => "no_passphrase",
            Refusal::Damaged(_) => "damaged",
            Refusal::ZipCrypto => "zip_crypto",
            Refusal::NoIntegrity => "no_integrity",
            Refusal::OnlySigned => "only_signed",
            Refusal::TooLarge { .. } => "too_large",
            Refusal::ManyFiles { .. } => "many_files",
            Refusal::NoFile => "no_file",
            Refusal::UnsafeName => "unsafe_name",
            Refusal::Link => "link",
            Refusal::PartlyEncrypted => "partly_encrypted",
            Refusal::Method => "method",
            Refusal::Nested => "nested",
            Refusal::BadSignature { .. } => "bad_signature",
            Refusal::NotSigned => "not_signed",
            Refusal::NotAFile => "not_a_file",
            Refusal::Changing => "changing",
        }
    }

    /// The same for the client's people, in Spanish.
    pub fn spanish(&self) -> String {
        match self {
            Refusal::Read(_) => "el archivo no se pudo leer".to_owned(),
            Refusal::NotEncrypted => {
                "el archivo no está cifrado; cífrelo con nuestra llave y envíelo de nuevo".to_owned()
            }
            Refusal::NoKey => {
                "ninguna de nuestras llaves lo abre; cífrelo con la llave pública que le entregamos".to_owned()
            }
            Refusal::NoPassphrase => {
                "ninguna de nuestras contraseñas lo abre; acuerde una con nosotros".to_owned()
            }
            Refusal::Damaged(_) => "está dañado o fue alterado en el camino; envíelo de nuevo".to_owned(),
            Refusal::ZipCrypto => "está cifrado con ZipCrypto, que se rompe en minutos; empáquelo de nuevo con \
                AES-256 (7-Zip: formato zip, método de cifrado AES-256)"
                .to_owned(),
            Refusal::NoIntegrity => {
                "está cifrado sin protección contra cambios (sin MDC ni AEAD); use un GnuPG actual".to_owned()
            }
            Refusal::OnlySigned => {
                "es un mensaje OpenPGP sin cifrar; cífrelo con nuestra llave y envíelo de nuevo".to_owned()
            }
            Refusal::TooLarge { most } => {
                format!("contiene más de {} MiB; divida la base", most >> 20)
            }
            Refusal::ManyFiles { files } => {
                format!("contiene {files} archivos; envíe una base por archivo comprimido")
            }
            Refusal::NoFile => "no contiene ningún archivo".to_owned(),
            Refusal::UnsafeName => {
                "un archivo de adentro tiene un nombre que sale de su carpeta; empaque solo la base".to_owned()
            }
            Refusal::Link => "lo que contiene es un enlace y no un archivo; empaque la base misma".to_owned(),
            Refusal::PartlyEncrypted => {
                "la base dentro del comprimido no está cifrada; empáquela de nuevo con AES-256".to_owned()
            }
            Refusal::Method => {
                "está comprimido con un método que no se lee; use Deflate con AES-256".to_owned()
            }
            Refusal::Nested => "trae un mensaje dentro de otro; cifre la base una sola vez".to_owned(),
            Refusal::BadSignature { fingerprint } => {
                format!("la firma de {fingerprint} no corresponde al contenido; confirme con quien la envió")
            }
            Refusal::NotSigned => {
                "no lo firma ninguna llave conocida del cliente, y aquí solo se reciben archivos firmados".to_owned()
            }
            Refusal::NotAFile => "no es un archivo regular; envíe el archivo mismo".to_owned(),
            Refusal::Changing => {
                "cambió mientras se leía; envíelo de nuevo y renómbrelo solo cuando esté completo".to_owned()
            }
        }
    }
}

/// Why a key cannot be used.
#[derive(Debug, Error)]
pub enum KeyError {
    /// A file of ours.
    #[error("cannot use {0}")]
    File(PathBuf, #[source] io::Error),
    /// Others may read it.
    #[error("{0} may be read by others; chmod 600 it")]
    Exposed(PathBuf),
    /// It holds something else.
    #[error("{0} holds no {1}")]
    NoKey(PathBuf, &'static str),
    /// A key of the client's that nothing can be encrypted to.
    #[error("{0}")]
    Recipient(String),
    /// It could not be made.
    #[error("a key could not be made: {0}")]
    Made(String),
}
