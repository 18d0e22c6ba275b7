import classes from './Choice.module.css';

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

/** One of a few, all in view. */
export function Choice<T extends string>({ name, label, value, options, onChange }: Props<T>) {
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
