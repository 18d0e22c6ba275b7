import { Button } from '@mantine/core';
import { useState, type SyntheticEvent } from 'react';
import { Problem, useCurrentUser, useSession, useSubmit } from '../../auth';
import { forgetDrafts, forgetOutbox, useUnsentCount } from '../../chat';
import { errorText, m } from '../../../shared/i18n';
import classes from './Settings.module.css';

/** Leaving on purpose takes what was begun and not sent along, since the next person at this device is another; but it asks. */
export function SignOut() {
  const session = useSession();
  const { _id } = useCurrentUser();
  const unsent = useUnsentCount();
  const [asked, setAsked] = useState<'here' | 'everywhere' | null>(null);
  const leave = async (everywhere: boolean) => {
    await session.signOut(everywhere);
    forgetDrafts(_id);
    await forgetOutbox(_id);
  };
  const here = useSubmit(() => leave(false));
  const everywhere = useSubmit(() => leave(true));
  const ask = (which: 'here' | 'everywhere') => (event: SyntheticEvent) => {
    if (unsent > 0) setAsked(which);
    else (which === 'here' ? here : everywhere).submit(event);
  };
  if (asked && unsent > 0) {
    return (
      <div className={classes.form} role="alertdialog" aria-labelledby="unsent" aria-describedby="unsent-text">
        <p id="unsent"><strong>{m.sign_out_unsent({ count: unsent })}</strong></p>
        <p id="unsent-text" className={classes.quiet}>{m.sign_out_unsent_text()}</p>
        <div className={classes.row}>
          {/* eslint-disable-next-line jsx-a11y-x/no-autofocus -- it takes the place of the button that was pressed */}
          <Button variant="default" autoFocus onClick={() => setAsked(null)}>{m.sign_out_stay()}</Button>
          <Button
            variant="subtle" color="danger" loading={here.busy || everywhere.busy}
            onClick={asked === 'here' ? here.submit : everywhere.submit}
          >
            {m.sign_out_anyway()}
          </Button>
        </div>
        <Problem text={everywhere.problem && errorText(everywhere.problem)} />
      </div>
    );
  }
  return (
    <div className={classes.form}>
      <p className={classes.quiet}>{m.sign_out_text()}</p>
      <div className={classes.row}>
        <Button variant="default" loading={here.busy} onClick={ask('here')}>{m.sign_out()}</Button>
        <Button variant="subtle" color="danger" loading={everywhere.busy} onClick={ask('everywhere')}>{m.sign_out_everywhere()}</Button>
      </div>
      <Problem text={everywhere.problem && errorText(everywhere.problem)} />
    </div>
  );
}
