// The model that proves delivery (`crates/app/src/chat/delivery`) has devices that go by the same table.
import { expect, test } from 'vitest';
import rules from '../../../../../fixtures/rules/log.json';
import { entriesOf, entryOf } from '../../../shared/testing/data';
import { append, appendAll, lastSeq } from './log';

const have = (last: number) => (last === 0 ? [] : entriesOf(1, last));

test.each(rules.pushed)('$seq pushed after $last is $then', ({ last, seq, then }) => {
  expect(append(have(last), entryOf(seq)).kind).toBe(then);
});

test.each(rules.answered)('$seqs answered after $last leads to $then', ({ last, seqs, then }) => {
  const log = appendAll(have(last), seqs.map((seq) => entryOf(seq)));
  expect(log && lastSeq(log)).toBe(then);
});
