import { useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { getLocale, locales, m, useChangeLocale } from '../../../shared/i18n';
import classes from './Settings.module.css';

interface Option<T extends string> {
  value: T;
  label: string;
  lang?: string;
}

interface Props<T extends string> {
  name: string;
  label: string;
  value: T;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
}

function Choice<T extends string>({ name, label, value, options, onChange }: Props<T>) {
  return (
    <fieldset className={classes.choices} aria-label={label}>
      {options.map((option) => (
        <label key={option.value} className={classes.choice} lang={option.lang}>
          <input type="radio" name={name} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}

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
