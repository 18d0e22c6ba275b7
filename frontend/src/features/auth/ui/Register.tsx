import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { m } from '../../../shared/i18n';
import { Choice } from '../../../shared/ui';
import { sessionApi, type Registration } from '../api';
import { useSession } from '../model/useSession';
import { AuthPage } from './AuthPage';
import classes from './AuthPage.module.css';
import { PersonForm } from './PersonForm';

type Kind = 'patient' | 'dietician';

export function Register() {
  const session = useSession();
  const [kind, setKind] = useState<Kind>('patient');
  const [waiting, setWaiting] = useState(false);

  const register = async (person: Registration) => {
    if (kind === 'dietician') {
      await sessionApi.registerDietician(person);
      setWaiting(true);
      return;
    }
    await sessionApi.registerPatient(person);
    await session.signIn(person.email, person.password);
  };

  if (waiting) {
    return (
      <AuthPage title={m.register_waiting_title()} lead={m.register_waiting_text()}>
        <p style={{ marginTop: 24 }}>
          <Link className={classes.link} to="/sign-in">{m.register_to_sign_in()}</Link>
        </p>
      </AuthPage>
    );
  }
  return (
    <AuthPage
      title={m.register_title()}
      foot={
        <>
          <span>{m.register_known()}</span>
          <Link to="/sign-in">{m.register_to_sign_in()}</Link>
        </>
      }
    >
      <div className={classes.kind}>
        <Choice<Kind>
          name="kind"
          label={m.register_kind()}
          value={kind}
          onChange={setKind}
          options={[
            { value: 'patient', label: m.role_patient() },
            { value: 'dietician', label: m.role_dietician() },
          ]}
        />
      </div>
      {kind === 'dietician' && <p className={classes.lead}>{m.register_dietician_lead()}</p>}
      <PersonForm submitLabel={m.register_submit()} onSubmit={register} />
    </AuthPage>
  );
}
