import { m } from '../../../shared/i18n';
import type { CallView } from '../model/view';

/** What has just happened with a screen, and what to do about it. */
export function sharingNews(view: CallView): string | undefined {
  const { name } = view.peer;
  switch (view.sharing.news) {
    case 'stopped-outside':
      return m.screen_stopped_outside();
    case 'ended-by-other':
      return m.screen_ended_by_other({ name });
    case 'taken-over':
      return m.screen_taken_over({ name });
    case 'they-began':
      return m.screen_theirs({ name });
    case 'they-ended':
      return m.screen_they_ended({ name });
    case 'no-sound':
      return m.screen_no_sound();
    case 'sound-not-chosen':
      return m.screen_sound_not_chosen();
    case 'not-allowed':
      return m.screen_not_allowed();
    case 'failed':
      return m.screen_failed();
    case undefined:
      return undefined;
  }
}

/** For who does not see it: the state of both screens, and what changes it. */
export function sharingSpoken(view: CallView): string {
  const news = sharingNews(view);
  if (news !== undefined && view.sharing.own !== 'on') return news;
  return [view.sharing.own === 'on' ? m.screen_own() : '', news].filter(Boolean).join(' ');
}

/** Why there is no sharing, where the person may look for it; nothing where there is. */
export function whyNoSharing(view: CallView): string | undefined {
  if (!view.sharing.able) return m.screen_unable();
  return view.legacy && view.kind === 'audio' ? m.screen_unable_legacy() : undefined;
}
