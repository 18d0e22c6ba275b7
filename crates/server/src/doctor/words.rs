use serde::Serialize;

/// How good a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Good,
    /// To be known.
    Note,
    /// It will keep some people from something.
    Warning,
    /// It keeps people from something.
    Bad,
}

macro_rules! codes {
    ($($code:ident $id:literal $state:ident $sentence:literal $fix:literal,)*) => {
        /// What can be found. Its id is what the app has its own words for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
        #[allow(missing_docs)]
        pub enum Code { $(#[serde(rename = $id)] $code,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// How good that is.
            pub const fn state(self) -> State {
                match self { $(Self::$code => State::$state,)* }
            }

            /// Its id.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$code => $id,)* }
            }

            pub(super) const fn sentence(self) -> &'static str {
                match self { $(Self::$code => $sentence,)* }
            }

            pub(super) const fn fix(self) -> &'static str {
                match self { $(Self::$code => $fix,)* }
            }
        }
    };
}

codes! {
    FolderGood "folder_good" Good "The data folder {about} can be written." "",
    FolderNew "folder_new" Note "The data folder {about} is made at the first start." "",
    FolderClosed "folder_closed" Bad "The data folder can't be written: {about}."
        "Give it to the user that MoodBites runs as, or name another with --data.",
    DiskGood "disk_good" Good "There are {about} GiB free for what is kept." "",
    DiskLow "disk_low" Warning "Only {about} GiB are free for what is kept." "Make room, or move the data folder to a larger disk.",
    DiskFull "disk_full" Bad "The disk is full ({about} GiB free): nothing more can be kept." "Make room at once: messages are refused until there is some.",
    StoreGood "store_good" Good "The database answers." "",
    StoreBad "store_bad" Bad "The database does not answer: {about}." "Look whether it runs and whether its address is right; the log says more.",
    ClockGood "clock_good" Good "The clock is right, to {about} ms." "",
    ClockWrong "clock_wrong" Bad "The clock is off by {about} s: sign-ins and certificates end too early or too late."
        "Have the system set it: timedatectl set-ntp true.",
    ClockUnknown "clock_unknown" Note "The clock could not be compared: no time server answered." "",
    ListenGood "listen_good" Good "{about} answers." "",
    ListenSilent "listen_silent" Bad "Nothing answers at {about}." "Start the server: moodbites serve. If it runs, the log says what it could not listen on.",
    ListenOther "listen_other" Bad "Another program answers at {about}." "Stop that one, or move ours with --listen.",
    OnlyHere "only_here" Warning "Only this machine can reach the app." "Let others in with --listen https=0.0.0.0:443 and a certificate; docs/running.md shows three ways.",
    NoTls "no_tls" Bad "Others reach the app without TLS ({about}): their browsers give it no camera and no microphone."
        "Listen with --listen https=0.0.0.0:443 and a certificate; docs/running.md shows three ways.",
    PublicNone "public_none" Note "No public address is configured." "Name what people type with --public-address https://….",
    PublicGood "public_good" Good "The public address {about} leads here." "",
    PublicSilent "public_silent" Warning "The public address {about} could not be reached from here."
        "Look at the name's DNS entry and at the router's forwarding. Some routers lead nobody back inside: try it with a phone without Wi-Fi.",
    PublicOther "public_other" Bad "The public address {about} leads to another program." "Look at the name's DNS entry and at the router's forwarding.",
    CertificateGood "certificate_good" Good "The certificate holds for {about} days." "",
    CertificateSoon "certificate_soon" Warning "The certificate ends in {about} days." "Renew it; a new file is taken up by itself.",
    CertificateEnded "certificate_ended" Bad "The certificate has ended: browsers refuse it." "Put a new one in its place; it is taken up by itself.",
    CertificateEarly "certificate_early" Bad "The certificate does not hold yet: browsers refuse it." "Look at the clock of this machine, or wait.",
    CertificateName "certificate_name" Bad "The certificate is not for {about}: browsers refuse it." "Get one for that name, or correct --public-address.",
    CertificateOdd "certificate_odd" Warning "The certificate can't be read." "Get another from who issued it.",
    RelayNone "relay_none" Warning "There is no relay: calls between some networks will not connect."
        "Listen with --listen turn=0.0.0.0:3478, or configure another's under [[ice_servers]].",
    RelayOther "relay_other" Note "There is no relay of ours; one of another's is configured." "",
    RelayUdp "relay_udp" Good "The relay works by UDP at {about}." "",
    RelayUdpBad "relay_udp_bad" Bad "The relay does not work by UDP: {about}." "Look whether a firewall on this machine stops it; if it was not started with the server, the log says why.",
    RelayTcp "relay_tcp" Good "The relay works by TCP at {about}." "",
    RelayTcpBad "relay_tcp_bad" Bad "The relay does not work by TCP: {about}." "Look whether a firewall on this machine stops it.",
    RelayTls "relay_tls" Good "The relay works by TLS at {about}." "",
    RelayTlsBad "relay_tls_bad" Bad "The relay does not work by TLS: {about}." "Look at the certificate, and whether a firewall on this machine stops it.",
    RelayAddress "relay_address" Good "It relays by {about}, which can be reached from anywhere." "",
    RelayPrivate "relay_private" Warning "It relays by {about}, which nobody outside can reach."
        "Say how it is reached with --turn-external-address, and forward the relay's ports at the router.",
    RelayUnsure "relay_unsure" Note "The relay was not tried: there is no secret yet." "Start the server once.",
    LivekitNone "livekit_none" Note "There is no LiveKit server: people meet by two, and there are no consultations." "",
    LivekitGood "livekit_good" Good "LiveKit answers at {about} and takes our key." "",
    LivekitSilent "livekit_silent" Bad "LiveKit does not answer at {about}: nobody gets into a consultation."
        "Start it, or correct livekit_url. If this machine reaches it by another address than browsers do, name that with livekit_api_url.",
    LivekitOther "livekit_other" Bad "What answers at {about} is no LiveKit server." "Correct livekit_url, or livekit_api_url.",
    LivekitKey "livekit_key" Bad "LiveKit at {about} refuses our key: nobody gets into a consultation."
        "Compare livekit_api_key and livekit_api_secret with the keys in LiveKit's configuration.",
    LivekitClock "livekit_clock" Warning "LiveKit's clock is {about} s ahead of ours: what lets people in may not hold yet, or no more."
        "Have the systems of both machines set it: timedatectl set-ntp true.",
    LivekitPlain "livekit_plain" Bad "Pages that came by TLS can't reach LiveKit at {about}." "Give LiveKit a certificate, or a proxy with one, and name it as wss://… in livekit_url.",
    LivekitWebhook "livekit_webhook" Note "LiveKit is to tell who comes and goes at {about}."
        "Name that address under webhook in LiveKit's configuration, with our key; docs/running.md shows how.",
    EgressGood "egress_good" Good "LiveKit can have consultations recorded, into {about}." "",
    EgressNone "egress_none" Bad "LiveKit at {about} has no Redis, so it can't reach its Egress: recordings that begin there fail."
        "Name a Redis in LiveKit's configuration and in that of Egress, or leave livekit_egress_dir out: the dietician's browser records then.",
    EgressFolder "egress_folder" Bad "The folder of LiveKit Egress can't be used: {about}."
        "Make it where livekit_egress_dir says, and let both write into it: this server deletes there what it has taken in.",
    EgressAlone "egress_alone" Note "Only the user that this server runs as may write into {about}. An Egress that runs as another user records, and loses it at the end."
        "Let Egress write there: docs/running.md shows how. Where it runs as the same user, all is well.",
    MailNone "mail_none" Note "This version sends no e-mail." "",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_has_words_for_everything() {
        let app = include_str!("../../../../frontend/src/features/settings/findings.ts");
        for code in Code::ALL {
            assert!(app.contains(&format!("\n  {}: {{ text: ", code.id())), "{code:?}");
        }
    }

    #[test]
    fn what_is_wrong_has_something_to_do_and_what_is_well_has_not() {
        for code in Code::ALL {
            assert_eq!(code.fix().is_empty(), code.state() == State::Good || code.fix().is_empty(), "{code:?}");
            assert!(code.state() < State::Warning || !code.fix().is_empty(), "{code:?}");
            assert!(code.state() != State::Good || code.fix().is_empty(), "{code:?}");
        }
    }
}
