//! Datagrams on a connection: two bytes of length before each (RFC 4571, which RFC 6544 has for ICE).

/// No datagram of a browser is longer: its network's frames are not.
pub const FRAME_MAX: usize = 2_048;

/// Bytes of the length.
const LENGTH: usize = 2;

/// Somebody who sends such a length speaks something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong;

/// A datagram as it travels on a connection; `None` if it is longer than any of ours.
pub fn framed(datagram: &[u8]) -> Option<Vec<u8>> {
    if datagram.len() > FRAME_MAX {
        return None;
    }
    let length = u16::try_from(datagram.len()).ok()?;
    Some([&length.to_be_bytes(), datagram].concat())
}

/// What has come on a connection, cut into datagrams. It holds one at most that is not whole.
#[derive(Debug, Default)]
pub struct Frames {
    held: Vec<u8>,
}

impl Frames {
    /// Takes what has come; `each` is given the datagrams that are whole now.
    pub fn take(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), TooLong> {
        loop {
            // Most of the time what comes are whole frames, and nothing is held.
            if self.held.is_empty() {
                while let Some((frame, rest)) = first(bytes)? {
                    each(frame);
                    bytes = rest;
                }
                self.held.extend_from_slice(bytes);
                return Ok(());
            }
            let wanted = match self.held.get(..LENGTH) {
                Some(length) => LENGTH + checked(length)?,
                None => LENGTH,
            };
            let missing = wanted - self.held.len();
            let Some((some, rest)) = bytes.split_at_checked(missing) else {
                self.held.extend_from_slice(bytes);
                return Ok(());
            };
            self.held.extend_from_slice(some);
            bytes = rest;
            if let Some((frame, _)) = first(&self.held)? {
                each(frame);
                self.held.clear();
            }
        }
    }
}

/// A frame, and what is behind it.
type Cut<'a> = (&'a [u8], &'a [u8]);

/// The first frame, if it is whole.
fn first(bytes: &[u8]) -> Result<Option<Cut<'_>>, TooLong> {
    let Some((length, rest)) = bytes.split_at_checked(LENGTH) else {
        return Ok(None);
    };
    Ok(rest.split_at_checked(checked(length)?))
}

fn checked(length: &[u8]) -> Result<usize, TooLong> {
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    if length > FRAME_MAX {
        return Err(TooLong);
    }
    Ok(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(sent: &[u8], pieces: usize) -> Vec<Vec<u8>> {
        let (mut frames, mut got) = (Frames::default(), Vec::new());
        for piece in sent.chunks(pieces) {
            let taken = frames.take(piece, |frame| got.push(frame.to_vec()));
            taken.expect("short ones");
        }
        assert!(frames.held.is_empty());
        got
    }

    #[test]
    fn datagrams_arrive_whole_however_the_connection_cuts_them() {
        let said: Vec<Vec<u8>> = [0, 1, 172, FRAME_MAX, 3]
            .iter()
            .map(|length| (0..*length).map(|n| n as u8).collect())
            .collect();
        let sent = said.iter().flat_map(|said| framed(said).expect("short"));
        let sent: Vec<u8> = sent.collect();
        for pieces in [1, 2, 3, 7, 100, 4_000] {
            assert_eq!(cut(&sent, pieces), said, "in pieces of {pieces}");
        }
    }

    #[test]
    fn a_length_that_no_datagram_has_is_refused_and_none_is_sent() {
        let mut frames = Frames::default();
        let said = b"GET / HTTP/1.1";
        assert_eq!(frames.take(said, |_| panic!("no frame")), Err(TooLong));
        let mut frames = Frames::default();
        assert_eq!(frames.take(b"G", |_| panic!("no frame")), Ok(()));
        assert_eq!(frames.take(b"ET", |_| panic!("no frame")), Err(TooLong));
        assert_eq!(framed(&[0; FRAME_MAX + 1]), None);
    }
}
