import { Loader } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { m } from '../../../shared/i18n';
import { dayTitle } from '../../../shared/lib/time';
import { moveFocus } from '../../../shared/lib/useRoving';
import { boxOf } from '../attach/media';
import { hasMenu } from '../model/allowed';
import { useChat } from '../model/context';
import { hasOlder } from '../model/log';
import type { Outgoing } from '../model/outbox/outgoing';
import { shownLog, type Room } from '../model/room';
import { rowsOf, type Row } from '../model/rows';
import { JumpToLatest } from './JumpToLatest';
import type { MenuPage, OnMenu } from './Message';
import classes from './MessageList.module.css';
import { MessageMenu } from './MessageMenu';
import { MessageRow } from './MessageRow';
import { END_PX, useKeepsEnd, useOpensAtPlace, useSettled, useSpot } from './useListPlace';
import { useSeen } from './useSeen';

const HEIGHTS: Record<Row['type'], number> = { start: 160, day: 48, new: 40, text: 44, card: 76, file: 82, gone: 44 };
/** A guess until it is measured; of pictures the height is known. */
const heightOf = (row: Row | undefined): number =>
  row?.type === 'file' && row.file.kind === 'image' ? boxOf(row.file).height + (row.text === '' ? 14 : 54) : HEIGHTS[row?.type ?? 'text'];
/** Older ones are fetched before the person gets to the top. */
const AHEAD_ROWS = 12;
/** Room for the sign that older messages are coming. */
const TOP_PX = 48;

/** Only what is near the screen is in the document; what is being read never moves by what is added before or after. */
export function MessageList({ room, outgoing }: { room: Room; outgoing: readonly Outgoing[] }) {
  const chat = useChat();
  const otherId = room.other._id;
  const scroller = useRef<HTMLDivElement>(null);
  const { log, past, receipts, newFrom } = room;
  const rows = useMemo(() => rowsOf({ log, past, receipts, newFrom }, outgoing, chat.userId), [log, past, receipts, newFrom, outgoing, chat.userId]);
  const [atEnd, setAtEnd] = useState(true);
  const inPast = room.past !== null;

  // The same function as long as the rows are the same: with another, all of them are measured anew.
  const getItemKey = useCallback((index: number) => rows[index]?.key ?? index, [rows]);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing here is compiled
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => heightOf(rows[index]),
    getItemKey,
    anchorTo: 'end',
    followOnAppend: !inPast,
    scrollEndThreshold: END_PX,
    overscan: 10,
    paddingStart: TOP_PX,
    paddingEnd: 16,
  });
  const items = virtual.getVirtualItems();
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? 0;

  const toEnd = useCallback(() => virtual.scrollToEnd({ behavior: 'auto' }), [virtual]);
  useOpensAtPlace(rows, room.spot !== null, (index) => virtual.scrollToIndex(index, { align: 'start' }), toEnd);
  useKeepsEnd(scroller, toEnd);
  useSeen(otherId, atEnd && !inPast, room.log.at(-1)?.seq ?? 0);
  const lit = useSpot(rows, room.spot, (index) => virtual.scrollToIndex(index, { align: 'center' }));
  const { jumpBack, onQuote, onJump } = useJumps(room, toEnd);
  const { menu, onMenu, closeMenu } = useMenu(scroller);

  // What I just wrote is what I want to see.
  const lastOwn = outgoing.findLast((item) => !item.change)?.clientMessageId;
  useLayoutEffect(() => {
    if (lastOwn !== undefined) toEnd();
  }, [lastOwn, toEnd]);

  const settled = useSettled(room.spot);
  const older = hasOlder(shownLog(room));
  const wantsOlder = settled && first < AHEAD_ROWS && older && room.older === 'idle';
  const wantsNewer = settled && room.past?.newer === 'idle' && last > rows.length - AHEAD_ROWS;
  useEffect(() => {
    if (wantsOlder) void chat.loadOlder(otherId);
  }, [chat, otherId, wantsOlder]);
  useEffect(() => {
    if (wantsNewer) void chat.loadNewer(otherId);
  }, [chat, otherId, wantsNewer]);

  const onScroll = () => {
    const element = scroller.current;
    if (element) setAtEnd(element.scrollHeight - element.scrollTop - element.clientHeight < END_PX);
  };
  const tabStop = items.findLast(({ index }) => offersMenu(rows[index]))?.key;
  const chosen = menu && rows.find((row) => row.key === menu.key);
  return (
    <>
      {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex -- it scrolls, also by keyboard */}
      <div ref={scroller} className={classes.scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label={m.messages_label()}>
        <StickyDay rows={rows} offset={virtual.scrollOffset ?? 0} at={(offset) => virtual.getVirtualItemForOffset(offset)?.index} />
        {/* eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions -- arrow keys move among the buttons of messages */}
        <ol className={classes.rows} style={{ height: virtual.getTotalSize() }} onKeyDown={moveFocus}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <li
                  key={item.key} ref={virtual.measureElement} data-index={item.index} className={classes.place}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <MessageRow
                    row={row} other={room.other} lit={lit !== null && 'own' in row && row.entry?.seq === lit}
                    tabStop={item.key === tabStop} onMenu={onMenu} onQuote={onQuote}
                  />
                </li>
              )
            );
          })}
        </ol>
        {older && (
          <div className={classes.top}>
            {room.older === 'failed' ? (
              <button type="button" className={classes.textButton} onClick={() => void chat.loadOlder(otherId)}>{m.older_failed()}</button>
            ) : (
              <Loader size={20} color="gray" aria-label={m.loading()} role="status" />
            )}
          </div>
        )}
        {room.past?.newer === 'failed' && (
          <button type="button" className={classes.textButton} onClick={() => void chat.loadNewer(otherId)}>{m.newer_failed()}</button>
        )}
      </div>
      {(!atEnd || inPast) && <JumpToLatest unread={room.unread} back={jumpBack} onJump={onJump} />}
      {menu && chosen && 'own' in chosen && (
        <MessageMenu key={menu.key} row={chosen} otherId={otherId} name={room.other.name} page={menu.page} anchor={menu.anchor} onClose={closeMenu} />
      )}
    </>
  );
}

const offersMenu = (row: Row | undefined): boolean => row !== undefined && 'own' in row && hasMenu(row);

/** From a quote to what it quotes, from there back, and to the newest. */
function useJumps(room: Room, toEnd: () => void) {
  const chat = useChat();
  const otherId = room.other._id;
  const [from, setFrom] = useState<number | null>(null);
  const wantsEnd = useRef(false);
  const inPast = room.past !== null;
  useLayoutEffect(() => {
    if (!inPast && wantsEnd.current) toEnd();
    wantsEnd.current = false;
  }, [inPast, toEnd]);
  const onQuote = useCallback(
    (seq: number, quotedFrom: number | null) => {
      void chat.jump(otherId, seq).then((found) => setFrom(found ? quotedFrom : null));
    },
    [chat, otherId],
  );
  const onJump = () => {
    setFrom(null);
    if (from !== null) {
      void chat.jump(otherId, from);
      return;
    }
    wantsEnd.current = inPast;
    chat.backToLatest(otherId);
    if (!inPast) toEnd();
  };
  return { jumpBack: from !== null, onQuote, onJump };
}

interface OpenMenu {
  key: string;
  page: MenuPage;
  anchor: DOMRect;
}

function useMenu(scroller: RefObject<HTMLDivElement | null>) {
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const before = useRef<Element | null>(null);
  const onMenu: OnMenu = useCallback((key, page, anchor) => {
    before.current = document.activeElement;
    setMenu({ key, page, anchor });
  }, []);
  const closeMenu = useCallback(() => {
    setMenu(null);
    // Unless the field has it now, for the answer.
    if (before.current instanceof HTMLElement && scroller.current?.contains(before.current)) before.current.focus({ preventScroll: true });
  }, [scroller]);
  return { menu, onMenu, closeMenu };
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
