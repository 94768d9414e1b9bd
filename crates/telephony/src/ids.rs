//! The names a call bears on the wire. They follow from the node's secret and the attempt, so that
//! the process which comes after a crash can cancel a call that the one before it placed.

use std::fmt::Write as _;
use std::net::SocketAddr;

use domain::{AttemptId, TrunkId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Names of an attempt's INVITE to one address of one trunk: where that fails, the next INVITE of
/// the attempt goes elsewhere, under other names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallIds {
    pub(crate) call_id: String,
    pub(crate) from_tag: String,
    pub(crate) branch: String,
}

impl CallIds {
    /// Nobody without the secret can guess them, so nobody else can cancel or end the call.
    pub(crate) fn of(
        secret: &[u8; 32],
        attempt: AttemptId,
        (trunk, to): (TrunkId, SocketAddr),
        domain: &str,
    ) -> CallIds {
        let (trunk, to) = (trunk.get().to_be_bytes(), to.to_string());
        let digest = derive(
            secret,
            b"cadencia call 2",
            attempt,
            &[&trunk, to.as_bytes()],
        );
        CallIds::from_digest(&digest, domain)
    }

    /// The same of the second leg of a call that is handed on for the so-many-th time.
    pub(crate) fn of_side(
        secret: &[u8; 32],
        attempt: AttemptId,
        number: u32,
        domain: &str,
    ) -> CallIds {
        let digest = derive(
            secret,
            b"cadencia side 1",
            attempt,
            &[&number.to_be_bytes()],
        );
        CallIds::from_digest(&digest, domain)
    }

    fn from_digest(digest: &[u8; 32], domain: &str) -> CallIds {
        CallIds {
            call_id: format!("{}@{domain}", hex(&digest[..12])),
            from_tag: hex(&digest[12..20]),
            branch: format!("z9hG4bK{}", hex(&digest[20..])),
        }
    }
}

fn derive(secret: &[u8; 32], what: &[u8], attempt: AttemptId, more: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(what);
    mac.update(&attempt.get().to_be_bytes());
    for part in more {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_after_a_restart_and_differ_between_attempts_ways_and_nodes() {
        let of = |secret: u8, attempt, trunk, port| {
            let way = (
                TrunkId::new(trunk),
                SocketAddr::from(([192, 0, 2, 1], port)),
            );
            CallIds::of(&[secret; 32], AttemptId::new(attempt), way, "d")
        };
        let first = of(1, 7, 1, 5060);
        assert_eq!(first, of(1, 7, 1, 5060));
        for other in [
            of(1, 8, 1, 5060),
            of(2, 7, 1, 5060),
            of(1, 7, 2, 5060),
            of(1, 7, 1, 5061),
        ] {
            assert_ne!(first.call_id, other.call_id);
            assert_ne!(first.from_tag, other.from_tag);
            assert_ne!(first.branch, other.branch);
        }
    }

    #[test]
    fn each_time_a_call_is_handed_on_has_names_of_its_own() {
        let side = |number| CallIds::of_side(&[1; 32], AttemptId::new(7), number, "d").call_id;
        assert_eq!(side(1), side(1));
        assert_ne!(side(1), side(2));
        let way = (TrunkId::new(1), SocketAddr::from(([192, 0, 2, 1], 5060)));
        let first = CallIds::of(&[1; 32], AttemptId::new(7), way, "d");
        assert_ne!(side(1), first.call_id);
    }

    #[test]
    fn a_branch_bears_the_cookie_of_rfc_3261() {
        let way = (TrunkId::new(1), SocketAddr::from(([192, 0, 2, 1], 5060)));
        let ids = CallIds::of(&[9; 32], AttemptId::new(1), way, "cadencia.example");
        assert!(ids.branch.starts_with("z9hG4bK") && ids.branch.len() > 20);
        assert!(ids.call_id.ends_with("@cadencia.example"));
    }
}
