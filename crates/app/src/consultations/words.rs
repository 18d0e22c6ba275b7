//! What is said to everybody in a consultation: it is kept before it is acknowledged, and read by whom it was said to.

use domain::consultation::{MAX_LINE, MAX_WORD, MAX_WORDS};
use domain::{ClientMessageId, Word};

use super::*;

/// Words that are read at once.
const PAGE: u32 = 200;

/// Words of a consultation, for one of its members.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Words {
    pub consultation: Consultation,
    pub me: MemberId,
    pub words: Vec<Word>,
    /// Where to go on, if there may be more.
    pub next: Option<u32>,
}

impl Consultations {
    /// Somebody says something to everybody. The same again is what it was the first time.
    pub async fn say(
        &self,
        by: &Visitor,
        room: ObjectId,
        of: Option<ConsultationId>,
        (key, text): (ClientMessageId, &str),
        now: Timestamp,
    ) -> Result<Words, ConsultationError> {
        const LENGTH: &str = "A message has 1 to 2,000 characters.";
        self.take_visitor(by, now)?;
        let text = bounded(text, MAX_WORD).filter(|text| !text.is_empty()).ok_or(ConsultationError::Invalid(LENGTH))?;
        let it = self.named(by, room, of, now).await?;
        let me = me(&it, by)?;
        let store = &self.inner.ports.consultations;
        for _ in 0..TRIES {
            if let Some(there) = store.word(it.id, me, &key).await? {
                if there.text != text {
                    return Err(ConsultationError::KeyTaken);
                }
                return Ok(Words { consultation: it, me, words: vec![there], next: None });
            }
            it.may_say(me)?;
            let number = store.last_word(it.id).await? + 1;
            if number > MAX_WORDS {
                return Err(ConsultationRefused::Full.into());
            }
            let word = Word { consultation: it.id, number, member: me, key: key.clone(), text: text.clone(), at: now };
            if store.put_word(word.clone()).await? == Transition::Saved {
                return Ok(Words { consultation: it, me, words: vec![word], next: None });
            }
        }
        Err(StoreError::Busy.into())
    }

    /// What was said to somebody after that place: in the newest consultation of the room, or in the one that they name. A
    /// guest reads it while it lasts.
    pub async fn words(
        &self,
        by: &Visitor,
        room: ObjectId,
        of: Option<ConsultationId>,
        after: u32,
        now: Timestamp,
    ) -> Result<Words, ConsultationError> {
        self.take_visitor(by, now)?;
        let it = self.named(by, room, of, now).await?;
        let me = me(&it, by)?;
        if matches!(by, Visitor::Guest(_)) {
            it.grants(me)?;
        }
        let [from, until] = it.hears(me).ok_or(ConsultationRefused::NotAdmitted)?;
        let mut words = self.inner.ports.consultations.words(it.id, after, PAGE).await?;
        let next = words.last().map(|last| last.number).filter(|_| words.len() == PAGE as usize);
        words.retain(|word| word.member == me || (from <= word.at && word.at <= until));
        Ok(Words { consultation: it, me, words, next })
    }

    /// A room has one consultation after the other: what was meant for one must not get into the next.
    async fn named(
        &self,
        by: &Visitor,
        room: ObjectId,
        of: Option<ConsultationId>,
        now: Timestamp,
    ) -> Result<Consultation, ConsultationError> {
        let (Some(id), Visitor::User(_)) = (of, by) else { return self.locate(by, room, now).await };
        let found = self.inner.ports.consultations.consultation(id).await?;
        found.filter(|it| it.room == room).ok_or(ConsultationError::Forbidden)
    }

    /// Somebody at the door says something to who may let them in; with a member a host does to them.
    pub async fn line(
        &self,
        by: &Visitor,
        room: ObjectId,
        to: Option<MemberId>,
        text: &str,
        now: Timestamp,
    ) -> Result<Scene, ConsultationError> {
        const LENGTH: &str = "A line has 300 characters at most.";
        let text = bounded(text, MAX_LINE).ok_or(ConsultationError::Invalid(LENGTH))?;
        let act = |it: &mut Consultation| match to {
            Some(to) => it.answer_line(me(it, by)?, to, text.clone()),
            None => it.write_line(me(it, by)?, text.clone()),
        };
        let (scene, ()) = self.change(by, room, now, act).await?;
        Ok(scene)
    }
}

/// Without what can't be seen at its ends and can't be drawn at all; nothing where it is too long.
fn bounded(text: &str, most: usize) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    let text = text.trim();
    (text.chars().count() <= most).then(|| text.to_owned())
}
