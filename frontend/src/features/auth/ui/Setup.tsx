import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { m } from '../../../shared/i18n';
import { useSession } from '../model/useSession';
import { AuthPage } from './AuthPage';
import classes from './AuthPage.module.css';
import { PersonForm } from './PersonForm';

/** The first administrator, by the link that the server printed: `/setup#token`. */
export function Setup() {
  const session = useSession();
  const [token] = useState(() => window.location.hash.slice(1));
  if (token === '') {
    return (
      <AuthPage title={m.setup_title()} lead={m.setup_no_token()}>
        <p style={{ marginTop: 24 }}>
          <Link className={classes.link} to="/sign-in">{m.register_to_sign_in()}</Link>
        </p>
      </AuthPage>
    );
  }
  return (
    <AuthPage title={m.setup_title()} lead={m.setup_lead()}>
      <PersonForm submitLabel={m.setup_submit()} onSubmit={(person) => session.setUp(token, person)} />
    </AuthPage>
  );
}
