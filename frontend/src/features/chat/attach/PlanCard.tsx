import { IconSalad } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { m } from '../../../shared/i18n';
import { clockTime, fullTime } from '../../../shared/lib/time';
import type { Entry } from '../../../shared/wire/types';
import { Hidden, ICON } from '../../../shared/ui';
import type { Mark } from '../model/rows';
import { DeliveryMark } from '../ui/DeliveryMark';
import { Linked } from '../ui/Linked';
import { mealsOf, preferencesOf, type Meal } from './plan';
import classes from './PlanCard.module.css';

/** Longer plans show so many meals, and the rest when asked. */
const SHOWN = 6;

interface Props {
  entry: Entry;
  own: boolean;
  mark: Mark | null;
  name: string;
}

/** A nutrition plan: what it is for, and the day's meals. */
export function PlanCard({ entry, own, mark, name }: Props) {
  const titleId = useId();
  const [all, setAll] = useState(false);
  const meals = mealsOf(entry.meals);
  const preferences = preferencesOf(entry.preferences);
  const calories = entry.totalCalories === undefined || entry.totalCalories === '' ? null : m.plan_calories({ calories: entry.totalCalories });
  const shown = all || meals.length <= SHOWN + 1 ? meals : meals.slice(0, SHOWN);
  return (
    <section className={classes.card} aria-labelledby={titleId} title={fullTime(entry.createdAt)}>
      <Hidden>{own ? m.said_by_you() : m.said_by({ name })}</Hidden>
      <div className={classes.head}>
        <span className={classes.icon}><IconSalad {...ICON} /></span>
        <div className={classes.words}>
          <h4 id={titleId} className={classes.title}>{entry.planName ?? m.plan_untitled()}</h4>
          <p className={classes.line}>
            {calories !== null && <span>{calories}</span>}
            <time dateTime={entry.createdAt}>{clockTime(entry.createdAt)}</time>
            {mark && <DeliveryMark mark={mark} />}
          </p>
        </div>
      </div>
      {entry.message !== '' && <p className={classes.text}><Linked text={entry.message} /></p>}
      {preferences.length > 0 && (
        <ul className={classes.preferences} aria-label={m.plan_preferences()}>
          {preferences.map((preference) => (
            <li key={`${preference.name}:${preference.value}`}>
              {preference.name !== null && <span className={classes.quiet}>{preference.name}: </span>}
              {preference.value}
            </li>
          ))}
        </ul>
      )}
      {shown.length > 0 && (
        <ol className={classes.meals} aria-label={m.plan_meals()}>
          {shown.map((meal, index) => <MealItem key={index} meal={meal} />)}
        </ol>
      )}
      {shown.length < meals.length && (
        <button type="button" className={classes.more} onClick={() => setAll(true)}>{m.plan_all_meals({ count: meals.length })}</button>
      )}
    </section>
  );
}

function MealItem({ meal }: { meal: Meal }) {
  return (
    <li className={classes.meal}>
      <p className={classes.mealHead}>
        <span className={classes.mealTitle}>{meal.title === '' ? m.plan_meal() : meal.title}</span>
        {meal.time !== undefined && <span className={classes.quiet}>{meal.time}</span>}
        {meal.calories !== undefined && <span className={classes.mealCalories}>{/^\d/.test(meal.calories) && !/[a-z]/i.test(meal.calories) ? m.plan_calories({ calories: meal.calories }) : meal.calories}</span>}
      </p>
      {meal.items.length > 0 && <ul className={classes.items}>{meal.items.map((item, index) => <li key={index}>{item}</li>)}</ul>}
    </li>
  );
}
