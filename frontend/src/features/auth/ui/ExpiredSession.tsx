import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { useSession } from '../model/useSession';
import classes from './AuthPage.module.css';
import overlay from './ExpiredSession.module.css';
import { PasswordField } from './fields';
import { Problem } from './Problem';
import { useSubmit } from './useSubmit';

/** Over the app, which stays as it was: the same person signs in again and goes on, or leaves. */
export function ExpiredSession({ email, onOtherPerson }: { email: string; onOtherPerson: () => void }) {
  const session = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  const [password, setPassword] = useState('');
  const { busy, problem, submit } = useSubmit(() => session.signIn(email, password));

  // The browser's own modal dialog: the rest is inert, and the focus comes back where it was.
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  return (
    <dialog ref={dialog} className={overlay.dialog} aria-labelledby="expired-title" onCancel={(event) => event.preventDefault()}>
      <h2 id="expired-title" className={overlay.title}>{m.expired_title()}</h2>
      <p className={classes.lead}>{m.expired_text()}</p>
      <form className={classes.form} onSubmit={submit}>
        <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
        <PasswordField
          label={m.expired_password({ email })} name="password" autoComplete="current-password" required data-autofocus
          value={password} onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Problem text={problem && errorText(problem)} />
        <Button type="submit" fullWidth loading={busy}>{m.sign_in_submit()}</Button>
        <Button variant="subtle" color="gray" fullWidth onClick={onOtherPerson}>{m.expired_other()}</Button>
      </form>
    </dialog>
  );
}
