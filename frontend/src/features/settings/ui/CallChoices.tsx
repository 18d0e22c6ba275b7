import { Switch } from '@mantine/core';
import { m } from '../../../shared/i18n';
import { dataSaver, relayOnly, useChoice } from '../../../shared/lib/callSettings';
import classes from './Settings.module.css';

/** What a person may decide about their calls beforehand. */
export function CallChoices() {
  const [saving, setSaving] = useChoice(dataSaver);
  const [hidden, setHidden] = useChoice(relayOnly);
  return (
    <div className={classes.form}>
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
    </div>
  );
}
