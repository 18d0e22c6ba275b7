//! What a thing is, by its first bytes.

use domain::UploadKind;

/// As what something is served whose bytes say nothing, or nothing harmless.
pub(super) const OPAQUE: &str = "application/octet-stream";

/// Types that are told by how they begin: offset, bytes, type. Where several fit, the first counts.
const MAGIC: &[(usize, &[u8], &str)] = &[
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"\xff\xf2", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"fLaC", "audio/flac"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftyphei", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (4, b"ftyp", "video/mp4"),
];

/// Of what is a ZIP inside, what its sender says is believed: nothing opens it but what they say, or nothing.
const ZIPPED: &[&str] = &[
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/epub+zip",
];

/// Texts that nothing runs.
const TEXTS: &[&str] = &["text/plain", "text/csv", "text/markdown", "text/calendar", "text/vcard"];

/// Pictures that browsers show and that can hold nothing active.
pub(super) const PICTURES: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp"];

/// The type that the bytes have, if they tell.
fn told_by_bytes(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"RIFF") {
        return match head.get(8..12)? {
            b"WEBP" => Some("image/webp"),
            b"WAVE" => Some("audio/wav"),
            _ => None,
        };
    }
    let fits = |(at, magic, _): &&(usize, &[u8], &str)| head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    MAGIC.iter().find(fits).map(|(_, _, media_type)| *media_type)
}

/// A type without its parameters, in lower case: `audio/webm;codecs=opus` is `audio/webm`.
pub(super) fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// What two names of the same thing have in common.
fn common(media_type: &str) -> &str {
    match media_type {
        "image/jpg" | "image/pjpeg" => "image/jpeg",
        "audio/webm" => "video/webm",
        "audio/x-m4a" | "audio/m4a" | "audio/mp4" | "video/quicktime" => "video/mp4",
        "audio/mp3" | "audio/mpeg3" => "audio/mpeg",
        "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => "audio/wav",
        "audio/x-flac" => "audio/flac",
        "audio/aacp" | "audio/x-aac" => "audio/aac",
        "video/ogg" | "audio/opus" | "application/ogg" => "audio/ogg",
        "image/heif" => "image/heic",
        "application/x-zip-compressed" => "application/zip",
        other => other,
    }
}

/// Why bytes are not taken as what they are said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mismatch(pub(super) &'static str);

const NOT_A_PICTURE: Mismatch = Mismatch("Pictures are JPEG, PNG, GIF or WebP; send other things as a file.");
const NOT_AUDIO: Mismatch = Mismatch("Voice notes are WebM, MP4, Ogg, MP3, AAC, FLAC or WAV.");
const NOT_A_CERTIFICATE: Mismatch = Mismatch("A certificate is a picture or a PDF.");
const NOT_AS_SAID: Mismatch = Mismatch("The content is not what its type says.");

/// What something is served as: for `kind`, said to be `declared` (empty where nothing is said), beginning with `head`.
pub(super) fn served_as(kind: UploadKind, declared: &str, head: &[u8]) -> Result<String, Mismatch> {
    let declared = essence(declared);
    let found = told_by_bytes(head);
    // Where something definite is said, the bytes say the same; in a picture's or a sound's name they say something.
    let definite = !declared.is_empty() && declared != OPAQUE;
    let told = declared.starts_with("image/") || declared.starts_with("audio/") || declared.starts_with("video/");
    match kind {
        UploadKind::Image | UploadKind::ProfileImage => {
            let found = found.filter(|found| PICTURES.contains(found)).ok_or(NOT_A_PICTURE)?;
            if definite && common(&declared) != found { Err(NOT_AS_SAID) } else { Ok(found.to_owned()) }
        }
        UploadKind::Certificate => {
            let fits = |found: &&str| PICTURES.contains(found) || *found == "application/pdf";
            let found = found.filter(fits).ok_or(NOT_A_CERTIFICATE)?;
            if definite && common(&declared) != found { Err(NOT_AS_SAID) } else { Ok(found.to_owned()) }
        }
        UploadKind::Audio => {
            let audio = match found {
                Some("video/webm") => "audio/webm",
                Some("video/mp4" | "audio/mp4") => "audio/mp4",
                Some(found) if found.starts_with("audio/") => found,
                _ => return Err(NOT_AUDIO),
            };
            // Old pages call a recording what they like; what sounds is served as what it is.
            let sounds = declared.starts_with("audio/") || declared.starts_with("video/");
            if definite && !sounds { Err(NOT_AS_SAID) } else { Ok(audio.to_owned()) }
        }
        // None that is uploaded in one go.
        UploadKind::Recording => Err(NOT_AS_SAID),
        UploadKind::File => match found {
            Some("application/zip") if ZIPPED.contains(&declared.as_str()) => Ok(declared),
            Some(found) if !definite => Ok(found.to_owned()),
            Some(found) if common(&declared) == common(found) => {
                // A sound in a container that could hold a film.
                Ok(if declared.starts_with("audio/") && found.starts_with("video/") {
                    format!("audio/{}", &found[6..])
                } else {
                    found.to_owned()
                })
            }
            // It is something else that is known: what it is said to be, it is not.
            Some(_) if told || declared == "application/pdf" => Err(NOT_AS_SAID),
            Some(_) => Ok(OPAQUE.to_owned()),
            None if PICTURES.contains(&common(&declared)) || declared == "application/pdf" => Err(NOT_AS_SAID),
            None if TEXTS.contains(&declared.as_str()) && !head.contains(&0) => Ok(declared),
            None => Ok(OPAQUE.to_owned()),
        },
    }
}

/// What a recording is, by its first bytes; `None` if it is none that a browser makes.
pub fn recorded_as(head: &[u8]) -> Option<&'static str> {
    told_by_bytes(head).filter(|found| matches!(*found, "video/webm" | "video/mp4"))
}

/// Whether a page may show it where it stands; everything else is to be saved.
pub fn is_shown_inline(media_type: &str) -> bool {
    PICTURES.contains(&media_type) || media_type.starts_with("audio/")
}
