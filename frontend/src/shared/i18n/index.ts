export { m } from './generated/messages.js';
export { getLocale, locales, setLocale } from './generated/runtime.js';
