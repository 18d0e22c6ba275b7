import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { m } from '../../../shared/i18n';
import { codeOf } from '../../../shared/lib/errors';
import type { ErrorCode } from '../../../shared/wire/errors';
import { Choice } from '../../../shared/ui';
import { sessionApi, type Registration } from '../api';
import { useSession } from '../model/useSession';
import { AuthPage } from './AuthPage';
import classes from './AuthPage.module.css';
import { CertificateField } from './CertificateField';
import { PersonForm } from './PersonForm';

/** What the server may say of the file alone. */
const CERTIFICATE_PROBLEMS: Partial<Record<ErrorCode, () => string>> = {
  too_large: m.certificate_too_large,
  unsupported_type: m.certificate_wrong_kind,
};

type Kind = 'patient' | 'dietician';

export function Register() {
  const session = useSession();
  const [kind, setKind] = useState<Kind>('patient');
  const [waiting, setWaiting] = useState(false);
  const [certificate, setCertificate] = useState<File | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const [share, setShare] = useState<number | null>(null);

  const register = async (person: Registration) => {
    if (kind === 'dietician') {
      setRefused(null);
      try {
        await sessionApi.registerDietician(person, certificate, { onProgress: setShare });
        setWaiting(true);
      } catch (error) {
        const why = CERTIFICATE_PROBLEMS[codeOf(error)];
        if (!certificate || !why) throw error;
        setRefused(why());
      } finally {
        setShare(null);
      }
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
      <PersonForm submitLabel={m.register_submit()} onSubmit={register}>
        {kind === 'dietician' && (
          <CertificateField
            file={certificate} problem={refused}
            onFile={(file) => {
              setCertificate(file);
              setRefused(null);
            }}
          />
        )}
        {share !== null && certificate && <progress className={classes.progress} aria-label={m.attach_uploading({ name: certificate.name })} max={1} value={share} />}
      </PersonForm>
    </AuthPage>
  );
}
