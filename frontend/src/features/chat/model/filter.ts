import type { Room } from './room';

export type RoomFilter = 'all' | 'unread' | 'online';

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** The open one stays while it is read, though it is not unread any more. */
export function filterRooms(rooms: readonly Room[], filter: RoomFilter, text: string, selected?: string): Room[] {
  const wanted = plain(text.trim());
  return rooms.filter((room) => {
    if (!plain(room.other.name).includes(wanted)) return false;
    if (filter === 'unread') return room.unread > 0 || room.other._id === selected;
    return filter === 'all' || room.other.online;
  });
}
