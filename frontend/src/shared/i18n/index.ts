export { errorText } from './errorText';
export { m } from './generated/messages.js';
export { getLocale, locales, setLocale } from './generated/runtime.js';
export { LocaleBoundary, useChangeLocale } from './LocaleBoundary';
