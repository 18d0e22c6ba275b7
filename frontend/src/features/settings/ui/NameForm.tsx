import { Button } from '@mantine/core';
import { useState } from 'react';
import { Problem, TextField, useCurrentUser, useSession, useSubmit } from '../../auth';
import { errorText, m } from '../../../shared/i18n';
import { rename } from '../api';
import classes from './Settings.module.css';

export function NameForm() {
  const session = useSession();
  const user = useCurrentUser();
  const [name, setName] = useState(user.name);
  const [saved, setSaved] = useState(false);
  const { busy, problem, submit } = useSubmit(async () => {
    const answer = await rename(session.http, user._id, name.trim());
    session.updateUser(answer.user);
    setSaved(true);
  });
  const changed = name.trim() !== '' && name.trim() !== user.name;
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextField
        label={m.field_name()} name="name" autoComplete="name" required maxLength={100} value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setSaved(false);
        }}
      />
      <Problem text={problem && errorText(problem)} />
      <div className={classes.row}>
        <Button type="submit" variant="default" loading={busy} disabled={!changed}>{m.save()}</Button>
      </div>
      <div role="status">{saved && !changed && <p className={classes.done}>{m.saved()}</p>}</div>
    </form>
  );
}
