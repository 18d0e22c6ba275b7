import { Switch } from '@mantine/core';
import { m } from '../../../shared/i18n';
import { dataSaver, useChoice } from '../../../shared/lib/callSettings';

/** What a person may decide about their calls beforehand. */
export function CallChoices() {
  const [saving, setSaving] = useChoice(dataSaver);
  return (
    <Switch
      size="md"
      label={m.settings_save_data()}
      description={m.settings_save_data_text()}
      checked={saving}
      onChange={(event) => setSaving(event.currentTarget.checked)}
    />
  );
}
