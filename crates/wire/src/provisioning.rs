//! How an agent's phone is set up.

use serde::Serialize;
use utoipa::ToSchema;

/// Where phones find the node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhoneServer {
    /// Digest realm, which some phones ask for.
    pub realm: String,
    /// In the order in which they are advised.
    pub places: Vec<PhonePlace>,
}

/// One place where the node hears phones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhonePlace {
    /// `udp`, `tcp`, `tls`, `ws` or `wss`.
    pub transport: String,
    /// Address; IPv6 in brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// Everything needed to set up a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Provisioning {
    /// The agent's name.
    pub agent: String,
    /// The phone's user.
    pub sip_user: String,
    /// Where it registers.
    pub server: PhoneServer,
    /// What the phone dials to hear itself.
    pub echo: String,
    /// The new password: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// From where a phone may fetch its settings, once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<PhoneTicket>,
    /// Settings for usual softphones, with the password where it is shown.
    pub softphones: Vec<Softphone>,
}

/// A place from which a phone may fetch its settings, once and soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PhoneTicket {
    /// The place; whoever has it has the account, until it is used.
    pub url: String,
    /// Until when.
    pub expires_at: i64,
    /// The place as a QR code, an SVG image.
    pub qr_svg: String,
}

/// Settings for one softphone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Softphone {
    /// Which, a word for programs.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What to do with the text, in Spanish.
    pub steps_es: String,
    /// The same in English.
    pub steps_en: String,
    /// The file it goes into, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The settings.
    pub text: String,
}
