//! The little that the server reads of a description or candidate.

use domain::CallKind;

/// The ICE user name fragment of a description; `None` where there is none, or where its sections differ in it.
pub(super) fn ufrag_of_description(sdp: &str) -> Option<String> {
    let mut fragments = lines(sdp).filter_map(|line| line.strip_prefix("a=ice-ufrag:")).map(str::trim_end);
    let first = fragments.next()?;
    fragments.all(|other| other == first).then(|| first.to_owned())
}

/// The fragment of a candidate's line, `candidate:… ufrag <fragment> …`.
pub(super) fn ufrag_of_candidate(line: &str) -> Option<String> {
    let mut words = line.split_ascii_whitespace();
    words.find(|word| *word == "ufrag")?;
    words.next().map(str::to_owned)
}

/// Whether a description sends video: a section of it that is in use and has the direction to.
pub(super) fn kind_of_description(sdp: &str) -> CallKind {
    let mut session = true;
    let mut video = Section::default();
    for line in lines(sdp) {
        if let Some(media) = line.strip_prefix("m=") {
            if video.sends() {
                return CallKind::Video;
            }
            // What stands before the first section is the default of all.
            let default_sends = if session { video.sending } else { video.default_sending };
            session = false;
            let mut words = media.split_ascii_whitespace();
            let is_video = words.next() == Some("video");
            let in_use = words.next().is_some_and(|port| port != "0");
            video =
                Section { is_video, in_use, bundled: false, sending: default_sends, default_sending: default_sends };
            continue;
        }
        match line.trim_end() {
            "a=sendrecv" | "a=sendonly" => video.sending = true,
            "a=recvonly" | "a=inactive" => video.sending = false,
            "a=bundle-only" => video.bundled = true,
            _ => {}
        }
    }
    if video.sends() { CallKind::Video } else { CallKind::Audio }
}

struct Section {
    is_video: bool,
    /// Its port is not 0.
    in_use: bool,
    /// With this a port of 0 means the port of the bundle (RFC 8843, section 6).
    bundled: bool,
    sending: bool,
    default_sending: bool,
}

impl Default for Section {
    fn default() -> Self {
        Self { is_video: false, in_use: false, bundled: false, sending: true, default_sending: true }
    }
}

impl Section {
    const fn sends(&self) -> bool {
        self.is_video && (self.in_use || self.bundled) && self.sending
    }
}

fn lines(sdp: &str) -> impl Iterator<Item = &str> {
    sdp.split(['\n', '\r']).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_is_of_video_if_it_sends_some() {
        for (sdp, kind) in [
            ("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n", CallKind::Audio),
            ("v=0\r\nm=audio 9 x 111\r\nm=video 9 x 96\r\n", CallKind::Video),
            ("v=0\nm=video 9 x 96\na=sendonly\nm=audio 9 x 111\na=recvonly\n", CallKind::Video),
            ("v=0\r\nm=video 9 x 96\r\na=recvonly\r\nm=audio 9 x 111\r\na=sendrecv\r\n", CallKind::Audio),
            ("v=0\r\nm=video 9 x 96\r\na=inactive\r\n", CallKind::Audio),
            ("v=0\r\nm=video 0 x 96\r\na=sendrecv\r\n", CallKind::Audio),
            ("v=0\r\nm=video 0 x 96\r\na=bundle-only\r\na=sendrecv\r\n", CallKind::Video),
            ("v=0\r\na=recvonly\r\nm=audio 9 x 0\r\nm=video 9 x 96\r\n", CallKind::Audio),
            ("v=0\r\na=recvonly\r\nm=audio 9 x 0\r\nm=video 9 x 96\r\na=sendrecv\r\n", CallKind::Video),
            ("v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n", CallKind::Audio),
            ("", CallKind::Audio),
        ] {
            assert_eq!(kind_of_description(sdp), kind, "{sdp}");
        }
    }

    #[test]
    fn fragments_of_descriptions_and_candidates() {
        assert_eq!(ufrag_of_description("a=ice-ufrag:aB+/\r\na=ice-pwd:x\r\n").as_deref(), Some("aB+/"));
        assert_eq!(ufrag_of_description("a=ice-ufrag:a\nm=x\na=ice-ufrag:a\n").as_deref(), Some("a"));
        assert_eq!(ufrag_of_description("a=ice-ufrag:a\nm=x\na=ice-ufrag:b\n"), None);
        assert_eq!(ufrag_of_description("v=0"), None);
        let line = "candidate:1 1 udp 2122 192.0.2.1 5000 typ host generation 0 ufrag aB+/ network-id 1";
        assert_eq!(ufrag_of_candidate(line).as_deref(), Some("aB+/"));
        assert_eq!(ufrag_of_candidate("candidate:1 1 udp 2122 192.0.2.1 5000 typ host ufrag"), None);
        assert_eq!(ufrag_of_candidate(""), None);
    }
}
