//! What people agreed to, with the evidence of it.

use domain::{AgreedTo, ConsentId, PersonConsent, PersonId, Purpose, Timestamp};

/// A consent somebody records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewConsent {
    /// Who agreed.
    pub person: PersonId,
    /// To what.
    pub to: AgreedTo,
    /// For calls of these purposes.
    pub purposes: Vec<Purpose>,
    /// When the contract was made that it is apart from, where there is one.
    pub contract_at: Option<Timestamp>,
    /// When they agreed.
    pub signed_at: Timestamp,
    /// In what: words or a reference that find it again.
    pub instrument: String,
    /// SHA-256 of the file that shows it, in hexadecimal.
    pub evidence_sha256: String,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: String,
}

impl NewConsent {
    /// As the law is asked about it.
    pub fn given(&self, id: ConsentId) -> PersonConsent {
        PersonConsent {
            id,
            person: self.person,
            to: self.to,
            purposes: self.purposes.clone(),
            contract_at: self.contract_at,
            signed_at: self.signed_at,
        }
    }
}

/// A consent, also one that was ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRow {
    /// Its number.
    pub id: ConsentId,
    /// What was recorded.
    pub consent: NewConsent,
    /// When it was ended, by whom, and why.
    pub ended: Option<(Timestamp, String, String)>,
}
