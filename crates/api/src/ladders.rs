//! The signalling of an attempt as it is kept: JSON, deflated, within bounds.

use std::io::{Read as _, Write as _};

use axum::Json;
use axum::extract::{Path, State};
use domain::AttemptId;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use store::Store;
use wire::Ladder;

use crate::App;
use crate::auth::Caller;
use crate::error::ApiError;

/// Most bytes kept of one attempt.
const PACKED_MAX: usize = 4 * 1024;
/// Most bytes that are unpacked: whatever is in the database.
const UNPACKED_MAX: u64 = 256 * 1024;

/// The signalling of an attempt, message by message, numbers and secrets masked. Kept some seconds
/// after its end, for as many days as the configuration has it (`sip.ladder_days`).
#[utoipa::path(get, path = "/api/v1/attempts/{id}/ladder", tag = "attempts",
    responses((status = 200, body = Ladder), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_attempt(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Ladder>, ApiError> {
    caller.supervisor()?;
    ladder(app.store.as_ref(), AttemptId::new(id))
        .await
        .map(Json)
}

/// The signalling of an attempt, or why there is none.
pub async fn ladder(store: &dyn Store, attempt: AttemptId) -> Result<Ladder, ApiError> {
    if let Some(packed) = store.ladder(attempt).await? {
        return unpack(&packed).map_err(|fault| ApiError::Internal(Box::new(fault)));
    }
    let why = match store.attempt(attempt).await? {
        None => format!("attempt {attempt}"),
        Some(row) if row.placed_at.is_none() => {
            format!("signalling of attempt {attempt}: no call was placed")
        }
        Some(row) if row.outcome.is_none() => {
            format!("signalling of attempt {attempt} yet: it is kept when the call is over")
        }
        Some(_) => format!(
            "signalling of attempt {attempt}: it is kept some seconds after the call, and let go after \
             `sip.ladder_days`; or `sip.ladders` was off"
        ),
    };
    Err(ApiError::NotFound(why))
}

/// Packs it for the store. Where it would take more than [`PACKED_MAX`], more of its middle is
/// left out.
pub fn pack(mut ladder: Ladder) -> std::io::Result<Vec<u8>> {
    loop {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&serde_json::to_vec(&ladder)?)?;
        let packed = encoder.finish()?;
        if packed.len() <= PACKED_MAX || ladder.messages.is_empty() {
            return Ok(packed);
        }
        leave_out_middle(&mut ladder);
    }
}

/// A quarter of the messages, around those that are missing already.
fn leave_out_middle(ladder: &mut Ladder) {
    let count = ladder.messages.len();
    let out = count.div_ceil(4);
    let middle = match ladder.elided {
        0 => count / 2,
        _ => usize::try_from(ladder.elided_after)
            .unwrap_or(count)
            .min(count),
    };
    let first = middle.saturating_sub(out / 2).min(count - out);
    ladder.messages.drain(first..first + out);
    ladder.elided += u32::try_from(out).unwrap_or(u32::MAX);
    ladder.elided_after = u32::try_from(first).unwrap_or(u32::MAX);
}

/// The reverse of [`pack`].
fn unpack(packed: &[u8]) -> std::io::Result<Ladder> {
    let mut text = Vec::new();
    DeflateDecoder::new(packed)
        .take(UNPACKED_MAX)
        .read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::LadderMessage;

    fn ladder(messages: u64, noise: bool) -> Ladder {
        let message = |ms: u64| LadderMessage {
            ms,
            direction: "out".to_owned(),
            // Digits that no packing shortens much.
            start: match noise {
                true => (0..40)
                    .map(|n| {
                        (ms * 40 + n)
                            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                            .to_string()
                    })
                    .collect(),
                false => "INVITE sip:+5730******67@h SIP/2.0".to_owned(),
            },
            cseq: "1 INVITE".to_owned(),
            again: false,
            sdp: None,
            headers: [("Reason".to_owned(), vec!["Q.850;cause=16".to_owned()])].into(),
        };
        Ladder {
            attempt: 7,
            trunk: "hilo".to_owned(),
            call_id: "c".to_owned(),
            began: 1,
            transport: "UDP".to_owned(),
            local: "127.0.0.1:5060".to_owned(),
            remote: "127.0.0.1:5070".to_owned(),
            messages: (0..messages).map(message).collect(),
            elided: 0,
            elided_after: 0,
        }
    }

    #[test]
    fn a_ladder_comes_back_as_it_was() {
        let packed = pack(ladder(9, false)).expect("packs");
        assert!(packed.len() < 400, "{} bytes", packed.len());
        assert_eq!(unpack(&packed).expect("unpacks"), ladder(9, false));
    }

    #[test]
    fn a_large_one_keeps_its_ends() {
        let packed = pack(ladder(40, true)).expect("packs");
        assert!(packed.len() <= PACKED_MAX);
        let kept = unpack(&packed).expect("unpacks");
        let after = usize::try_from(kept.elided_after).expect("small");
        assert_eq!(kept.messages.len() + kept.elided as usize, 40);
        assert!(after > 0 && after < kept.messages.len(), "{after}");
        assert_eq!(kept.messages[0].ms, 0);
        assert_eq!(kept.messages[after - 1].ms + 1, after as u64);
        assert_eq!(kept.messages.last().expect("some").ms, 39);
    }

    #[test]
    fn what_is_no_ladder_is_refused_in_bounds() {
        for packed in [&b""[..], b"no", &[0x4b, 0x4c]] {
            unpack(packed).expect_err("no ladder");
        }
        let mut bomb = DeflateEncoder::new(Vec::new(), Compression::best());
        bomb.write_all(&vec![b' '; 64 << 20]).expect("memory");
        unpack(&bomb.finish().expect("memory")).expect_err("blanks are none");
    }
}
