import { Loader } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { m } from '../../../shared/i18n';
import { dayTitle } from '../../../shared/lib/time';
import { boxOf } from '../attach/media';
import { useChat } from '../model/context';
import { hasOlder } from '../model/log';
import type { Outgoing } from '../model/outbox/outgoing';
import type { Room } from '../model/room';
import { rowsOf, type Row } from '../model/rows';
import { JumpToLatest } from './JumpToLatest';
import classes from './MessageList.module.css';
import { MessageRow } from './MessageRow';
import { useSeen } from './useSeen';

const HEIGHTS: Record<Row['type'], number> = { start: 160, day: 48, new: 40, text: 44, card: 76, file: 82 };
/** A guess until it is measured; of pictures the height is known. */
const heightOf = (row: Row | undefined): number =>
  row?.type === 'file' && row.file.kind === 'image' ? boxOf(row.file).height + (row.text === '' ? 14 : 54) : HEIGHTS[row?.type ?? 'text'];
/** So near to the end counts as being there. */
const END_PX = 48;
/** Older ones are fetched before the person gets to the top. */
const AHEAD_ROWS = 12;
/** Room for the sign that older messages are coming. */
const TOP_PX = 48;

/** Only what is near the screen is in the document; what is being read never moves by what is added before or after. */
export function MessageList({ room, outgoing }: { room: Room; outgoing: readonly Outgoing[] }) {
  const chat = useChat();
  const otherId = room.other._id;
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(room, outgoing, chat.userId), [room, outgoing, chat.userId]);
  const [atEnd, setAtEnd] = useState(true);

  // eslint-disable-next-line react-hooks/incompatible-library -- nothing here is compiled
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heightOf(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    overscan: 10,
    paddingStart: TOP_PX,
    paddingEnd: 16,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;

  const toEnd = useCallback(() => virtual.scrollToEnd({ behavior: 'auto' }), [virtual]);
  useOpensAtPlace(rows, (index) => virtual.scrollToIndex(index, { align: 'start' }), toEnd);
  useKeepsEnd(scroller, toEnd);
  useSeen(otherId, atEnd, room.log.at(-1)?.seq ?? 0);

  // What I just wrote is what I want to see.
  const lastOwn = outgoing.at(-1)?.clientMessageId;
  useLayoutEffect(() => {
    if (lastOwn !== undefined) toEnd();
  }, [lastOwn, toEnd]);

  const settled = useSettled();
  const wantsOlder = settled && first < AHEAD_ROWS && hasOlder(room.log) && room.older === 'idle';
  useEffect(() => {
    if (wantsOlder) void chat.loadOlder(otherId);
  }, [chat, otherId, wantsOlder]);

  const onScroll = () => {
    const element = scroller.current;
    if (element) setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < END_PX);
  };
  return (
    <>
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- it scrolls, also by keyboard */}
      <div ref={scroller} className={classes.scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label={m.messages_label()}>
        <StickyDay rows={rows} offset={virtual.scrollOffset ?? 0} at={(offset) => virtual.getVirtualItemForOffset(offset)?.index} />
        <ol className={classes.rows} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <li
                  key={item.key} ref={virtual.measureElement} data-index={item.index} className={classes.place}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <MessageRow row={row} other={room.other} />
                </li>
              )
            );
          })}
        </ol>
        {hasOlder(room.log) && (
          <div className={classes.top}>
            {room.older === 'failed' ? (
              <button type="button" className={classes.textButton} onClick={() => void chat.loadOlder(otherId)}>{m.older_failed()}</button>
            ) : (
              <Loader size={20} color="gray" aria-label={m.loading()} role="status" />
            )}
          </div>
        )}
      </div>
      {!atEnd && <JumpToLatest unread={room.unread} onJump={toEnd} />}
    </>
  );
}

/** At the "New" line if there is one, else at the end. */
function useOpensAtPlace(rows: readonly Row[], toIndex: (index: number) => void, toEnd: () => void): void {
  const opened = useRef(false);
  useLayoutEffect(() => {
    if (opened.current) return;
    opened.current = true;
    const at = rows.findIndex((row) => row.type === 'new');
    if (at >= 0) toIndex(Math.max(0, at - 1));
    else toEnd();
  });
}

/**
 * Whether the place of opening is reached: heights are measured over some frames, and rows added before in that time would
 * move the target.
 */
function useSettled(): boolean {
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    let left = 10;
    let frame = requestAnimationFrame(function next() {
      left -= 1;
      if (left === 0) setSettled(true);
      else frame = requestAnimationFrame(next);
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return settled;
}

/** The end stays in view when the keyboard or a growing composer takes height away. */
function useKeepsEnd(scroller: React.RefObject<HTMLDivElement | null>, toEnd: () => void): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let height = element.clientHeight;
    const observer = new ResizeObserver(() => {
      const lost = height - element.clientHeight;
      height = element.clientHeight;
      if (lost > 0 && element.scrollHeight - element.scrollTop - element.clientHeight - lost < END_PX) toEnd();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, toEnd]);
}

interface StickyProps {
  rows: readonly Row[];
  offset: number;
  at: (offset: number) => number | undefined;
}

/** The day of what is at the top, unless its own separator is there. */
function StickyDay({ rows, offset, at }: StickyProps) {
  const row = rows[at(offset + 12) ?? -1];
  if (offset < TOP_PX || !row || !('at' in row) || row.type === 'day') return null;
  return (
    <div className={classes.sticky} aria-hidden="true">
      <span className={classes.day}>{dayTitle(row.at)}</span>
    </div>
  );
}
