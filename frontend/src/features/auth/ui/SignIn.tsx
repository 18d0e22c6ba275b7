import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { errorText, m } from '../../../shared/i18n';
import { useSession } from '../model/useSession';
import { AuthPage } from './AuthPage';
import classes from './AuthPage.module.css';
import { PasswordField, TextField } from './fields';
import { Problem } from './Problem';
import { useSubmit } from './useSubmit';

export function SignIn() {
  const session = useSession();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { busy, problem, submit } = useSubmit(() => session.signIn(email.trim(), password));
  return (
    <AuthPage
      title={m.sign_in_title()}
      foot={
        <>
          <span>{m.sign_in_newcomer()}</span>
          <Link to="/register">{m.sign_in_register()}</Link>
        </>
      }
    >
      <form className={classes.form} onSubmit={submit}>
        <TextField
          label={m.field_email()} type="email" name="email" autoComplete="username" required
          value={email} onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordField
          label={m.field_password()} name="password" autoComplete="current-password" required
          value={password} onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Problem text={problem && errorText(problem)} />
        <Button className={classes.submit} type="submit" fullWidth loading={busy}>
          {m.sign_in_submit()}
        </Button>
      </form>
    </AuthPage>
  );
}
