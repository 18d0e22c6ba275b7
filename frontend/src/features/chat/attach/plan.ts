/** A plan's `meals` and `preferences` come from other programs, in shapes of their own: what can be read of them is shown. */
export interface Meal {
  title: string;
  time?: string;
  calories?: string;
  items: string[];
}

export interface Preference {
  /** Null where there is only a value. */
  name: string | null;
  value: string;
}

const MOST = 40;
const LONGEST = 300;

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

function plain(value: unknown): string {
  if (typeof value === 'string') return value.trim().slice(0, LONGEST);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return '';
}

function firstOf(fields: Fields, names: readonly string[]): string {
  return names.map((name) => plain(fields[name])).find((text) => text !== '') ?? '';
}

/** A list of things to eat: words, or things with a name and an amount. */
function itemsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/[\n;]+/).map(plain).filter(Boolean).slice(0, MOST);
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST).flatMap((item: unknown): string | string[] => {
    if (!isFields(item)) return plain(item) || [];
    const name = firstOf(item, ['name', 'food', 'item', 'title', 'foodName']);
    const amount = firstOf(item, ['quantity', 'amount', 'portion', 'serving']);
    const unit = firstOf(item, ['unit']);
    return [name, [amount, unit].filter(Boolean).join(' ')].filter(Boolean).join(', ') || [];
  });
}

function mealOf(value: unknown): Meal | null {
  if (!isFields(value)) {
    const title = plain(value);
    return title === '' ? null : { title, items: [] };
  }
  const lists = ['items', 'foods', 'ingredients', 'food'].map((name) => itemsOf(value[name])).find((list) => list.length > 0) ?? [];
  const description = firstOf(value, ['description', 'notes', 'text']);
  const items = description === '' || lists.includes(description) ? lists : [...lists, description];
  const title = firstOf(value, ['name', 'title', 'meal', 'mealName', 'mealType', 'type', 'n']);
  const time = firstOf(value, ['time', 'mealTime', 'at']);
  const calories = firstOf(value, ['calories', 'totalCalories', 'kcal']);
  if (title === '' && items.length === 0) return null;
  return { title, items, ...(time === '' ? {} : { time }), ...(calories === '' ? {} : { calories }) };
}

export function mealsOf(value: unknown): Meal[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST).map(mealOf).filter((meal) => meal !== null);
}

/** `dietType` as a person writes it: `Diet type`. */
function worded(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]+/g, ' ').trim().toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.slice(0, MOST).map(valueText).filter(Boolean).join(', ').slice(0, LONGEST);
  return typeof value === 'boolean' ? '' : plain(value);
}

export function preferencesOf(value: unknown): Preference[] {
  if (!isFields(value)) {
    const text = valueText(value);
    return text === '' ? [] : [{ name: null, value: text }];
  }
  return Object.entries(value).slice(0, MOST).flatMap(([name, each]): Preference[] => {
    // What is switched on is said by its name alone.
    if (each === true) return [{ name: null, value: worded(name) }];
    const text = valueText(each);
    return text === '' ? [] : [{ name: worded(name), value: text }];
  });
}
