//! Where reports go: places that the configuration of the node names. Who makes a schedule chooses among them, and so can have
//! nothing written elsewhere on its disk, nor sent to whoever they like.

use std::fmt;
use std::path::PathBuf;

use crate::email::Email;
use crate::webhook::Webhook;

/// A place.
#[derive(Clone, Debug)]
pub enum Place {
    /// A folder of the node.
    Folder(PathBuf),
    /// Mail boxes.
    Email(Box<Email>),
    /// A program of somebody, over HTTP.
    Webhook(Box<Webhook>),
}

/// Of which kind one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceKind {
    /// A folder.
    Folder,
    /// E-mail.
    Email,
    /// A web hook.
    Webhook,
}

impl PlaceKind {
    /// What people read.
    pub const fn word(self) -> &'static str {
        match self {
            PlaceKind::Folder => "folder",
            PlaceKind::Email => "email",
            PlaceKind::Webhook => "webhook",
        }
    }
}

impl Place {
    /// Of which kind it is.
    pub const fn kind(&self) -> PlaceKind {
        match self {
            Place::Folder(_) => PlaceKind::Folder,
            Place::Email(_) => PlaceKind::Email,
            Place::Webhook(_) => PlaceKind::Webhook,
        }
    }
}

/// The places of a node, by name, and where what did not arrive yet is kept.
#[derive(Clone, Default)]
pub struct Places {
    /// A folder of this program alone.
    pub kept: PathBuf,
    /// Places with their names.
    pub named: Vec<(String, Place)>,
}

/// Places have secrets.
impl fmt::Debug for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = self.named.iter();
        f.debug_map()
            .entries(kinds.map(|(name, place)| (name, place.kind().word())))
            .finish()
    }
}

impl Places {
    /// The place of a name.
    pub fn get(&self, name: &str) -> Option<&Place> {
        let mut named = self.named.iter();
        named
            .find(|(known, _)| known == name)
            .map(|(_, place)| place)
    }
}
