//! What a browser records has no duration in its header, so that a player shows none and does not seek. It is put in once it
//! is known: of an EBML header, one element more in `Info`, whose size grows by it. `Segment` has no size of its own, and
//! nothing that a browser writes before its clusters says where anything is.

use std::time::Duration;

const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const DURATION: u32 = 0x4489;
const TIMESTAMP_SCALE: u32 = 0x002a_d7b1;

/// The first piece with the duration in it; as it was where it is no WebM, or has one, or is laid out otherwise.
pub(super) fn with_duration(bytes: Vec<u8>, duration: Duration) -> Vec<u8> {
    match place(&bytes) {
        Some(Place { size_at, size_length, size, end, scale }) => {
            let units = duration.as_nanos() as f64 / scale;
            let mut element = vec![0x44, 0x89, 0x88];
            element.extend(units.to_be_bytes());
            let new = size + element.len() as u64;
            // Eight bytes of size, whatever it had before.
            let new = (new | 1 << 56).to_be_bytes();
            let mut with = Vec::with_capacity(bytes.len() + element.len() + 8);
            with.extend_from_slice(&bytes[..size_at]);
            with.extend_from_slice(&new);
            with.extend_from_slice(&bytes[size_at + size_length..end]);
            with.extend_from_slice(&element);
            with.extend_from_slice(&bytes[end..]);
            with
        }
        None => bytes,
    }
}

/// Where `Info` is.
struct Place {
    size_at: usize,
    size_length: usize,
    size: u64,
    end: usize,
    /// Nanoseconds in a unit of time.
    scale: f64,
}

struct Element {
    id: u32,
    size_at: usize,
    content: usize,
    /// `None` where it is as long as there is something.
    size: Option<u64>,
}

fn place(bytes: &[u8]) -> Option<Place> {
    let head = element(bytes, 0).filter(|head| head.id == EBML)?;
    let segment = element(bytes, end(&head)?).filter(|segment| segment.id == SEGMENT && segment.size.is_none())?;
    let mut at = segment.content;
    loop {
        let child = element(bytes, at)?;
        let after = end(&child)?;
        if child.id == INFO {
            let mut scale = 1_000_000.0;
            let mut inner = child.content;
            while inner < after {
                let field = element(bytes, inner)?;
                let next = end(&field).filter(|next| *next <= after)?;
                match field.id {
                    DURATION => return None,
                    TIMESTAMP_SCALE => {
                        let value = bytes.get(field.content..next)?;
                        scale = value.iter().fold(0.0, |sum, byte| sum * 256.0 + f64::from(*byte));
                    }
                    _ => {}
                }
                inner = next;
            }
            let (size_at, size_length) = (child.size_at, child.content - child.size_at);
            let fits = after <= bytes.len() && scale > 0.0;
            return fits.then_some(Place { size_at, size_length, size: child.size?, end: after, scale });
        }
        at = after;
    }
}

fn end(element: &Element) -> Option<usize> {
    element.content.checked_add(usize::try_from(element.size?).ok()?)
}

fn element(bytes: &[u8], at: usize) -> Option<Element> {
    let first = *bytes.get(at)?;
    let length = first.leading_zeros() as usize + 1;
    if length > 4 {
        return None;
    }
    let id = bytes.get(at..at + length)?.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
    let size_at = at + length;
    let first = *bytes.get(size_at)?;
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return None;
    }
    let all = bytes.get(size_at..size_at + length)?.iter().fold(0_u64, |size, byte| size << 8 | u64::from(*byte));
    let mask = (1_u64 << (7 * length)) - 1;
    let size = Some(all & mask).filter(|size| *size != mask);
    Some(Element { id, size_at, content: size_at + length, size })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Chromium begins one: header, a segment without a size, `Info` with scale and names, then tracks.
    fn begun(info: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x1a, 0x45, 0xdf, 0xa3, 0x84, 0x42, 0x86, 0x81, 0x01];
        bytes.extend([0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        bytes.extend([0x15, 0x49, 0xa9, 0x66, 0x80 | info.len() as u8]);
        bytes.extend(info);
        bytes.extend([0x16, 0x54, 0xae, 0x6b, 0x80]);
        bytes
    }

    const SCALE: [u8; 7] = [0x2a, 0xd7, 0xb1, 0x83, 0x0f, 0x42, 0x40];

    #[test]
    fn a_duration_is_put_in_and_all_else_stays() {
        let before = begun(&SCALE);
        let after = with_duration(before.clone(), Duration::from_millis(2_500));
        let mut expected = before[..25].to_vec();
        expected.extend([0x01, 0, 0, 0, 0, 0, 0, 18]);
        expected.extend(SCALE);
        expected.extend([0x44, 0x89, 0x88]);
        expected.extend(2_500_f64.to_be_bytes());
        expected.extend([0x16, 0x54, 0xae, 0x6b, 0x80]);
        assert_eq!(after, expected);
        assert_eq!(with_duration(after.clone(), Duration::from_secs(9)), after, "one that it has stays");
    }

    #[test]
    fn what_is_laid_out_otherwise_is_left_alone() {
        let whole = begun(&SCALE);
        for end in 0..whole.len() - 5 {
            let cut = whole[..end].to_vec();
            assert_eq!(with_duration(cut.clone(), Duration::from_secs(1)), cut, "{end}");
        }
        let mp4 = b"\0\0\0\x18ftypisom".to_vec();
        assert_eq!(with_duration(mp4.clone(), Duration::from_secs(1)), mp4);
    }
}
