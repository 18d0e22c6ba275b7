// The checker is tried before it is believed: on a chat that keeps its promises it is silent, and it catches every bug
// that is planted in it.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { TOMBSTONE } from './changes.mjs';
import { check } from './checker.mjs';
import { BUGS, play } from './model.mjs';

const SEEDS = 300;
const seeds = Array.from({ length: SEEDS }, (_, seed) => seed);

it('has nothing to say of a chat that keeps its promises', () => {
  for (const seed of seeds) assert.deepEqual(check(play({ seed })), [], `seed ${seed}`);
});

/** What a bug is seen as, and in how many histories of three hundred at least. */
const SEEN = {
  'ack before commit': ['acknowledged', 100],
  'no unique key': ['once', 100],
  'seq by time': ['dense', 300],
  'cursor off by one': ['shown', 300],
  'fan-out before commit': ['shown', 100],
  'lost gap signal': ['shown', 100],
  'retry with a new id': ['once', 100],
  'dedup window expires': ['once', 100],
  'ack of a change before commit': ['acknowledged', 50],
  'the first edit stays': ['reads', 30],
  'a change is not folded': ['reads', 200],
  'an edit keeps its words': ['reads', 30],
  'a quote keeps its words': ['reads', 30],
  'deleted words stay in the file': ['deleted', 100],
  'deleted words are given to devices': ['deleted', 200],
  'deleted words are given to pages': ['deleted', 200],
  'change after the deletion': ['changes', 30],
  "change of another's message": ['changes', 10],
  'retry of a change is refused': ['refused', 10],
  'refused for nothing': ['refused', 100],
  'pages are given changes': ['pages', 200],
};

for (const bug of BUGS)
  it(`catches: ${bug}`, () => {
    const [rule, most] = SEEN[bug];
    const caught = seeds.filter((seed) => check(play({ seed, bug })).some((complaint) => complaint.rule === rule));
    assert.ok(caught.length >= most, `${rule} in ${caught.length} of ${SEEDS}`);
  });

/** Somebody reads a message with a file as if that were its digest. */
function showFile({ sends, log: { c } }, file) {
  const entry = c[0].entries.findLast(({ kind, reads }) => kind === 'message' && reads !== '(deleted)');
  sends.find(({ key }) => key === entry.key).file = { id: 'f', digest: 'digest' };
  c[1].entries.find(({ id }) => id === entry.id).file = 'digest';
  entry.file = file;
}

/** What a model would not do: single faults in a history that is right. */
const FAULTS = {
  'a message that nobody sent': ['sent', (history) => history.sends.splice(3, 1)],
  'a change that was too much for nothing': ['refused', (history) => {
    const { target } = history.sends.find(({ kind }) => kind === 'reaction');
    history.sends.push({ by: 'A', stream: 'A2', conversation: 'c', kind: 'reaction', target, reaction: '👍', key: 'more', mark: '', ack: null, refused: 'too_many_changes' });
  }],
  'a change that is of another message than it was sent for': ['changes', ({ log }) => (log.c[0].entries.findLast(({ target }) => target).target -= 1)],
  'a file with other bytes': ['files', (history) => showFile(history, 'others')],
  "a file that can't be had": ['files', (history) => showFile(history, null)],
  'what old pages have no word for': ['pages', ({ odd }) => odd.push({ name: 'old', what: 'reaction' })],
  'a deleted message that old pages load': ['pages', ({ old: [{ messages }] }) => (messages.at(-1).mark = TOMBSTONE)],
  'another text than was acknowledged': ['acknowledged', (history) => {
    const [first, second] = history.sends.filter(({ ack }) => ack);
    [first.ack, second.ack] = [second.ack, first.ack];
  }],
  'another key than the first one': ['acknowledged', (history) => (history.log.c[0].entries[4].key = 'other')],
  'messages of one device in another order': ["sender's order", (history) => history.sends.reverse()],
  'a receipt that goes back': ['receipts', ({ receipts: [{ heard }] }) => heard.push({ ...heard.at(-1), read: 0, asked: heard.length })],
  'a receipt that was forgotten': ['receipts', (history) => (history.stored.c = {})],
  'a receipt of what is not there': ['receipts', ({ receipts: [{ heard }] }) => (heard.at(-1).read = 1000)],
  'people who read different things': ['same for both', (history) => history.log.c[1].entries.pop()],
  'a device that is behind': ['shown', (history) => history.devices[2].shown.pop()],
  'a page that is given something twice': ['shown', (history) => {
    const [{ id }] = history.log.c[0].entries;
    history.pages.push({ name: 'old', conversation: 'c', connection: 1, shown: [{ id }, { id }] });
  }],
};

for (const [fault, [rule, plant]] of Object.entries(FAULTS))
  it(`catches ${fault}`, () => {
    const history = structuredClone(play({ seed: 7 }));
    plant(history);
    assert.ok(check(history).some((complaint) => complaint.rule === rule), JSON.stringify(check(history)));
  });
