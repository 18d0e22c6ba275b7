import { m } from '../../../shared/i18n';
import type { Refusal } from './prepare';

const TEXTS: Record<Refusal, () => string> = {
  too_large: m.attach_too_large,
  empty: m.attach_empty,
  unreadable: m.attach_unreadable,
  unreadable_picture: m.attach_unreadable_picture,
};

/** Why a file is not taken, and what to do. */
export const refusalText = (why: Refusal): string => TEXTS[why]();
