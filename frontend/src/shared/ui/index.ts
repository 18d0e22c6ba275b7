export { Choice } from './Choice';
export { Avatar, Face } from './Avatar';
export { initials } from './initials';
export { Hidden } from './Hidden';
export { useAnnounce } from './Live';
export { LiveRegion } from './LiveRegion';
export { Mark } from './Mark';
export { StateNote } from './StateNote';
export { ICON } from './icon';
