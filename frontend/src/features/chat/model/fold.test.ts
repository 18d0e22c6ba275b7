import { describe, expect, it } from 'vitest';
import { entriesOf, entryOf, ME, OTHER } from '../../../shared/testing/data';
import type { Entry } from '../../../shared/wire/types';
import { applyChange, fold, newestShown, quoteOf } from './fold';

const change = (seq: number, kind: 'edit' | 'deletion' | 'reaction', targetSeq: number, part: Partial<Entry> = {}) =>
  entryOf(seq, { kind, targetSeq, target: `e${targetSeq}`, message: '', ...part });

describe('fold', () => {
  it('shows the newest text, and when it was changed', () => {
    const edits = [change(4, 'edit', 2, { message: 'better' }), change(5, 'edit', 2, { message: 'best' })];
    const [, edited] = fold(entriesOf(1, 3), edits);
    expect(edited).toMatchObject({ message: 'best', editedAt: edits[1]?.createdAt, changedSeq: 5 });
  });

  it('leaves what the server had folded in already', () => {
    const log = [entryOf(1), entryOf(2, { message: 'best', changedSeq: 5 })];
    expect(fold(log, [change(4, 'edit', 2, { message: 'better' }), change(5, 'edit', 2, { message: 'best' })])).toBe(log);
  });

  it('leaves nothing of what was deleted but its place, whatever comes after', () => {
    const file = entryOf(2, { messageType: 'image', fileUrl: '/f', message: 'caption', reactions: [{ userId: ME, reaction: '👍' }] });
    const [, gone] = fold([entryOf(1), file], [change(3, 'deletion', 2), change(4, 'reaction', 2, { reaction: '👍' })]);
    expect(gone).toEqual({
      ...entryOf(2), message: '', deletedAt: change(3, 'deletion', 2).createdAt, changedSeq: 4,
    });
  });

  it('keeps one reaction of each person, the last', () => {
    const [message] = fold(entriesOf(1, 1), [
      change(2, 'reaction', 1, { reaction: '👍' }),
      change(3, 'reaction', 1, { reaction: '❤️', senderId: ME }),
      change(4, 'reaction', 1, { reaction: '🎉' }),
    ]);
    expect(message?.reactions).toEqual([{ userId: OTHER, reaction: '🎉' }, { userId: ME, reaction: '❤️' }]);
    const without = applyChange(message as Entry, change(5, 'reaction', 1, { reaction: null }));
    expect(without.reactions).toEqual([{ userId: ME, reaction: '❤️' }]);
  });

  it('changes what others quote of it', () => {
    const log = [entryOf(1), entryOf(2, { replyTo: quoteOf(entryOf(1)) })];
    expect(fold(log, [change(3, 'edit', 1, { message: 'new' })])[1]?.replyTo?.message).toBe('new');
    expect(fold(log, [change(3, 'deletion', 1)])[1]?.replyTo).toMatchObject({ message: '', deleted: true });
  });

  it('keeps the place of a reaction that a person changes', () => {
    const [message] = fold(entriesOf(1, 1), [
      change(2, 'reaction', 1, { reaction: '👍' }),
      change(3, 'reaction', 1, { reaction: '❤️', senderId: ME }),
      change(4, 'reaction', 1, { reaction: '🎉' }),
    ]);
    expect(message?.reactions?.map(({ userId }) => userId)).toEqual([OTHER, ME]);
  });

  it('changes what is quoted of a message that has the change already', () => {
    const late = entryOf(3, { replyTo: quoteOf(entryOf(1)) });
    const log = [entryOf(1, { message: '', deletedAt: 'then', changedSeq: 4 }), entryOf(2), late];
    const next = fold(log, [change(4, 'deletion', 1)]);
    expect(next[2]?.replyTo).toMatchObject({ message: '', deleted: true });
    expect(fold(next, [change(4, 'deletion', 1)])).toBe(next);
  });

  it('leaves no words of a deleted message in a quote, even where the message itself is not loaded', () => {
    const log = [entryOf(5, { replyTo: quoteOf(entryOf(1)) })];
    expect(fold(log, [change(6, 'deletion', 1)])[0]?.replyTo).toMatchObject({ message: '', deleted: true });
  });

  it('passes over changes of what is not here', () => {
    const log = entriesOf(5, 6);
    expect(fold(log, [change(7, 'edit', 2)])).toBe(log);
  });
});

describe('newestShown', () => {
  it('is a message or a call, never a change', () => {
    expect(newestShown([entryOf(1), entryOf(2), change(3, 'reaction', 1, { reaction: '👍' })], null)?.seq).toBe(2);
  });
  it('follows the changes of one that is older than the log', () => {
    const log = [change(8, 'reaction', 5, { reaction: '👍' }), change(9, 'deletion', 5)];
    expect(newestShown(log, entryOf(5))).toMatchObject({ seq: 5, deletedAt: log[1]?.createdAt });
  });
});
