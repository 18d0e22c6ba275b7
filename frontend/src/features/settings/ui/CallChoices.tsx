import { Switch } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { m } from '../../../shared/i18n';
import { checkFirst, dataSaver, relayOnly, useChoice } from '../../../shared/lib/callSettings';
import classes from './Settings.module.css';

/** What a person may decide about their calls beforehand. */
export function CallChoices() {
  const [saving, setSaving] = useChoice(dataSaver);
  const [hidden, setHidden] = useChoice(relayOnly);
  const [checking, setChecking] = useChoice(checkFirst);
  return (
    <div className={classes.form}>
      <Switch
        size="md"
        label={m.check_always()}
        description={m.check_always_text()}
        checked={checking}
        onChange={(event) => setChecking(event.currentTarget.checked)}
      />
      <Switch
        size="md"
        label={m.settings_save_data()}
        description={m.settings_save_data_text()}
        checked={saving}
        onChange={(event) => setSaving(event.currentTarget.checked)}
      />
      <Switch
        size="md"
        label={m.settings_relay_only()}
        description={m.settings_relay_only_text()}
        checked={hidden}
        onChange={(event) => setHidden(event.currentTarget.checked)}
      />
      <div>
        <Link className={classes.link} to="/connection-test/{-$userId}" params={{}}>{m.trial_open_test()}</Link>
        <p className={classes.quiet}>{m.trial_settings_text()}</p>
      </div>
    </div>
  );
}
