import { Button } from '@mantine/core';
import { Problem, useCurrentUser, useSession, useSubmit } from '../../auth';
import { forgetDrafts } from '../../chat';
import { errorText, m } from '../../../shared/i18n';
import classes from './Settings.module.css';

/** Leaving on purpose takes what was begun and not sent along, since the next person at this device is another. */
export function SignOut() {
  const session = useSession();
  const { _id } = useCurrentUser();
  const leave = async (everywhere: boolean) => {
    await session.signOut(everywhere);
    forgetDrafts(_id);
  };
  const here = useSubmit(() => leave(false));
  const everywhere = useSubmit(() => leave(true));
  return (
    <div className={classes.form}>
      <p className={classes.quiet}>{m.sign_out_text()}</p>
      <div className={classes.row}>
        <Button variant="default" loading={here.busy} onClick={here.submit}>{m.sign_out()}</Button>
        <Button variant="subtle" color="danger" loading={everywhere.busy} onClick={everywhere.submit}>{m.sign_out_everywhere()}</Button>
      </div>
      <Problem text={everywhere.problem && errorText(everywhere.problem)} />
    </div>
  );
}
