//! How large a picture is, by its header: nothing of it is unpacked.

/// Width and height as the header says them; `None` if there is no such header within `head`.
pub(super) fn dimensions(media_type: &str, head: &[u8]) -> Option<(u32, u32)> {
    match media_type {
        "image/png" => png(head),
        "image/gif" => Some((le16(head, 6)?, le16(head, 8)?)),
        "image/webp" => webp(head),
        "image/jpeg" => jpeg(head),
        _ => None,
    }
}

fn byte(head: &[u8], at: usize) -> Option<u32> {
    head.get(at).map(|byte| u32::from(*byte))
}

fn be16(head: &[u8], at: usize) -> Option<u32> {
    Some(byte(head, at)? << 8 | byte(head, at + 1)?)
}

fn le16(head: &[u8], at: usize) -> Option<u32> {
    Some(byte(head, at)? | byte(head, at + 1)? << 8)
}

fn le24(head: &[u8], at: usize) -> Option<u32> {
    Some(le16(head, at)? | byte(head, at + 2)? << 16)
}

fn be32(head: &[u8], at: usize) -> Option<u32> {
    Some(be16(head, at)? << 16 | be16(head, at + 2)?)
}

fn png(head: &[u8]) -> Option<(u32, u32)> {
    // The first chunk is IHDR, in every PNG.
    (head.get(12..16)? == b"IHDR").then_some(())?;
    Some((be32(head, 16)?, be32(head, 20)?))
}

fn webp(head: &[u8]) -> Option<(u32, u32)> {
    match head.get(12..16)? {
        b"VP8X" => Some((le24(head, 24)? + 1, le24(head, 27)? + 1)),
        // The key frame's start code, then 14 bits each.
        b"VP8 " if head.get(23..26)? == [0x9d, 0x01, 0x2a] => {
            Some((le16(head, 26)? & 0x3fff, le16(head, 28)? & 0x3fff))
        }
        b"VP8L" if byte(head, 20)? == 0x2f => {
            let bits = le16(head, 21)? | le16(head, 23)? << 16;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}

/// From segment to segment until one that begins a frame.
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        (byte(head, at)? == 0xff).then_some(())?;
        let marker = byte(head, at + 1)?;
        match marker {
            // Fill.
            0xff => at += 1,
            // Those that stand alone.
            0x01 | 0xd0..=0xd7 => at += 2,
            // Begins of frames; between them are tables of other kinds.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((be16(head, at + 7)?, be16(head, at + 5)?));
            }
            // The picture itself, or its end, before any frame began.
            0xda | 0xd9 => return None,
            _ => {
                let length = be16(head, at + 2)?;
                if length < 2 {
                    return None;
                }
                at += 2 + length as usize;
            }
        }
    }
}
