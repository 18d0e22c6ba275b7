import { useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { getLocale, locales, m, useChangeLocale } from '../../../shared/i18n';
import { Choice } from '../../../shared/ui';

export function AppearanceChoice() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Choice<MantineColorScheme>
      name="appearance"
      label={m.settings_appearance()}
      value={colorScheme}
      onChange={setColorScheme}
      options={[
        { value: 'auto', label: m.appearance_system() },
        { value: 'light', label: m.appearance_light() },
        { value: 'dark', label: m.appearance_dark() },
      ]}
    />
  );
}

/** Each language by its own name. */
const NAMES: Record<(typeof locales)[number], string> = { en: 'English', de: 'Deutsch' };

export function LanguageChoice() {
  const change = useChangeLocale();
  return (
    <Choice
      name="language"
      label={m.settings_language()}
      value={getLocale()}
      onChange={change}
      options={locales.map((locale) => ({ value: locale, label: NAMES[locale], lang: locale }))}
    />
  );
}
