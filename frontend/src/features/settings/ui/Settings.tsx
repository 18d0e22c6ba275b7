import { Switch } from '@mantine/core';
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Switch.css';
import { useId, type ReactNode } from 'react';
import { m } from '../../../shared/i18n';
import { useEnterSends } from '../../../shared/lib/enterSends';
import { ADMIN } from '../../../shared/lib/roles';
import { useCurrentUser } from '../../auth';
import { CallChoices } from './CallChoices';
import { AppearanceChoice, LanguageChoice } from './choices';
import { NameForm } from './NameForm';
import { PasswordForm } from './PasswordForm';
import { PictureForm } from './PictureForm';
import classes from './Settings.module.css';
import { ServerCheck } from './ServerCheck';
import { SignOut } from './SignOut';

export function Settings() {
  const me = useCurrentUser();
  const [enterSends, setEnterSends] = useEnterSends();
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <h1 className={classes.title}>{m.settings_title()}</h1>
        <Section title={m.settings_you()}>
          <PictureForm />
          <NameForm />
        </Section>
        <Section title={m.settings_appearance()}>
          <AppearanceChoice />
        </Section>
        <Section title={m.settings_language()}>
          <LanguageChoice />
        </Section>
        <Section title={m.settings_writing()}>
          <Switch
            size="md"
            label={m.settings_enter()}
            description={m.settings_enter_text()}
            checked={enterSends}
            onChange={(event) => setEnterSends(event.currentTarget.checked)}
          />
        </Section>
        <Section title={m.settings_calls()}>
          <CallChoices />
        </Section>
        {me.role === ADMIN && (
          <Section title={m.settings_server()}>
            <ServerCheck />
          </Section>
        )}
        <Section title={m.settings_password()}>
          <PasswordForm />
        </Section>
        <Section title={m.settings_session()}>
          <SignOut />
        </Section>
      </div>
    </main>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <h2 id={id} className={classes.heading}>{title}</h2>
      <div className={classes.body}>{children}</div>
    </section>
  );
}
