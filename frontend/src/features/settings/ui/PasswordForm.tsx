import { Button } from '@mantine/core';
import { useState } from 'react';
import { PasswordField, passwordProblem, Problem, useCurrentUser, useSession, useSubmit } from '../../auth';
import { errorText, m } from '../../../shared/i18n';
import { changePassword } from '../api';
import classes from './Settings.module.css';

export function PasswordForm() {
  const session = useSession();
  const { email } = useCurrentUser();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [weak, setWeak] = useState<string | null>(null);
  const [done, setDone] = useState(false);
  const { busy, problem, submit } = useSubmit(async () => {
    setDone(false);
    const found = passwordProblem(next, email);
    setWeak(found);
    if (found !== null) return;
    await changePassword(session.http, current, next);
    setCurrent('');
    setNext('');
    setDone(true);
  });
  const wrong = problem === 'invalid_credentials';
  return (
    <form className={classes.form} onSubmit={submit}>
      <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordField
        label={m.password_current()} name="current" autoComplete="current-password" required value={current}
        onChange={(event) => setCurrent(event.currentTarget.value)} error={wrong ? m.password_wrong() : null}
      />
      <PasswordField
        label={m.password_new()} description={m.field_password_rule()} name="new" autoComplete="new-password" required value={next}
        onChange={(event) => setNext(event.currentTarget.value)} error={weak}
      />
      <Problem text={problem === null || wrong ? null : errorText(problem)} />
      <div className={classes.row}>
        <Button type="submit" variant="default" loading={busy} disabled={current === '' || next === ''}>{m.password_submit()}</Button>
      </div>
      <div role="status">{done && <p className={classes.done}>{m.password_done()}</p>}</div>
    </form>
  );
}
