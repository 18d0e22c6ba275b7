import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { errorText, m } from '../../../shared/i18n';
import type { Registration } from '../api';
import { passwordProblem } from '../model/password';
import classes from './AuthPage.module.css';
import { PasswordField, TextField } from './fields';
import { Problem } from './Problem';
import { useSubmit } from './useSubmit';

interface Props {
  submitLabel: string;
  onSubmit: (person: Registration) => Promise<void>;
  /** What else is asked, or said, before the button. */
  children?: ReactNode;
}

/** Name, e-mail and a new password: what every new account begins with. */
export function PersonForm({ submitLabel, onSubmit, children }: Props) {
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [weak, setWeak] = useState<string | null>(null);
  const { busy, problem, submit } = useSubmit(async () => {
    const found = passwordProblem(password, email);
    setWeak(found);
    if (found === null) await onSubmit({ name: name.trim(), email: email.trim(), password });
  });
  const taken = problem === 'email_taken';
  const refused = problem === 'weak_password';
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextField
        label={m.field_name()} name="name" autoComplete="name" required maxLength={100}
        value={name} onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextField
        label={m.field_email()} type="email" name="email" autoComplete="username" required
        value={email} onChange={(event) => setEmail(event.currentTarget.value)}
        error={taken ? errorText('email_taken') : null}
      />
      <PasswordField
        label={m.field_password()} description={m.field_password_rule()} name="password" autoComplete="new-password" required
        value={password} onChange={(event) => setPassword(event.currentTarget.value)}
        onBlur={() => setWeak(password === '' ? null : passwordProblem(password, email))}
        error={weak ?? (refused ? errorText('weak_password') : null)}
      />
      {children}
      <Problem text={problem === null || taken || refused ? null : errorText(problem)} />
      <Button className={classes.submit} type="submit" fullWidth loading={busy}>
        {submitLabel}
      </Button>
    </form>
  );
}
