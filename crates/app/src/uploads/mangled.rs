//! Bytes and addresses that are nearly what they should be.

use std::time::Duration;

use domain::UploadKind;
use fuzz::Fuzz;

use super::*;
use crate::accounts::Secret;

/// What is served of what was uploaded, all told; whatever a browser runs is not among it.
const SERVED: &[&str] = &[
    "image/",
    "audio/",
    "video/",
    "application/pdf",
    "application/zip",
    "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.",
    "application/vnd.oasis.opendocument.",
    "application/epub+zip",
    "text/plain",
    "text/csv",
    "text/markdown",
    "text/calendar",
    "text/vcard",
];

const KINDS: [UploadKind; 5] =
    [UploadKind::Image, UploadKind::File, UploadKind::Audio, UploadKind::ProfileImage, UploadKind::Certificate];

#[test]
fn what_bytes_are() {
    let examples: [&[u8]; 10] = [
        b"image/png\n\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x03\0\x08\x06\0\0\0",
        b"image/jpeg\n\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0H\0H\0\0\xff\xdb\0\x03\0\xff\xc0\0\x11\x08\x03\0\x04\0\x03",
        b"image/gif\nGIF89a\0\x04\0\x03",
        b"image/webp\nRIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\x03\0\xff\x02\0",
        b"image/webp\nRIFF\x24\0\0\0WEBPVP8L\x0a\0\0\0\x2f\xff\xc3\xbf\0",
        b"image/webp\nRIFF\x24\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a\0\x04\0\x03",
        b"audio/webm;codecs=opus\n\x1a\x45\xdf\xa3webm",
        b"audio/mp4\n\0\0\0\x20ftypM4A ",
        b"application/pdf\n%PDF-1.7",
        b"text/html\n<script>alert(1)</script>",
    ];
    let words = [
        "image/svg+xml",
        "text/html",
        "application/xhtml+xml",
        "text/javascript",
        "text/plain",
        "image/jpg",
        "video/mp4",
        "PK\x03\x04",
        "ID3",
        "OggS",
        "RIFF",
        "WEBP",
        "WAVE",
        "ftypavif",
        "IHDR",
        "application/epub+zip",
    ];
    Fuzz::new("first bytes", examples).words(&words).longest(64 * 1024).run(|input| {
        let at = input.iter().position(|byte| *byte == b'\n')?;
        let (declared, head) = (std::str::from_utf8(&input[..at]).ok()?, &input[at + 1..]);
        let served = KINDS.map(|kind| {
            let served = media::served_as(kind, declared, head).ok()?;
            assert!(SERVED.iter().any(|known| served.starts_with(known)), "{served}");
            assert!(!served.contains("svg") && !served.contains(['\r', '\n', ';', ',', ' ']), "{served}");
            let is_picture = media::PICTURES.contains(&served.as_str());
            match kind {
                UploadKind::Image | UploadKind::ProfileImage => assert!(is_picture, "{served}"),
                UploadKind::Audio => assert!(served.starts_with("audio/"), "{served}"),
                UploadKind::Certificate => assert!(is_picture || served == "application/pdf", "{served}"),
                UploadKind::File => {}
                UploadKind::Recording => unreachable!("it never comes in one go"),
            }
            if is_picture {
                assert_eq!(
                    media::served_as(kind, "", head).as_deref(),
                    Ok(served.as_str()),
                    "the bytes say so by themselves"
                );
            }
            Some(served)
        });
        let sizes = media::PICTURES.iter().map(|media_type| image::dimensions(media_type, head).is_some());
        Some((served, sizes.collect::<Vec<_>>()))
    });
}

#[test]
fn addresses_that_were_not_granted_open_nothing() {
    let signer = Signer::new(&Secret::new("a secret of at least thirty-two bytes"));
    let now = Timestamp(1_800_000_000_500);
    let address = |upload: UploadId, part: &str, Grant { expires, signature }: &Grant| {
        format!("{upload} {part} {expires} {signature}")
    };
    let upload: UploadId = "0123456789abcdef01234567".parse().unwrap();
    let granted = [(Part::Whole, "whole"), (Part::Thumbnail, "thumbnail")]
        .map(|(part, name)| address(upload, name, &signer.grant(BlobId { upload, part }, now)));
    Fuzz::new("addresses", granted.clone()).words(&["whole", "thumbnail", "99999999999", "-1", "="]).run(|input| {
        let words: Vec<_> = std::str::from_utf8(input).ok()?.split(' ').collect();
        let [upload, part, expires, signature] = words[..] else { return None };
        let upload: UploadId = upload.parse().ok()?;
        let (blob, part) = match part {
            "whole" => (BlobId { upload, part: Part::Whole }, part),
            "thumbnail" => (BlobId { upload, part: Part::Thumbnail }, part),
            _ => return None,
        };
        let grant = Grant { expires: expires.parse().ok()?, signature: signature.to_owned() };
        let opens = signer.verify(blob, &grant, now);
        assert_eq!(opens, granted.contains(&address(upload, part, &grant)), "{words:?}");
        Some(opens)
    });
}

/// Whatever a first piece is, it stays in what becomes of it.
#[test]
fn durations_of_recordings() {
    let begun: &[u8] = b"\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\
        \x15\x49\xa9\x66\x87\x2a\xd7\xb1\x83\x0f\x42\x40\x16\x54\xae\x6b\x80";
    Fuzz::new("first pieces", [begun]).longest(4 * 1024).run(|input| {
        let with = super::webm::with_duration(input.to_vec(), Duration::from_millis(4_250));
        assert!(with == input || (input.len() + 11..=input.len() + 18).contains(&with.len()));
        assert_eq!(super::webm::with_duration(with.clone(), Duration::from_secs(9)), with, "once");
        Some(with.len() - input.len())
    });
}
