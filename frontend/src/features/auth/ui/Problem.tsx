import classes from './AuthPage.module.css';

/** Why a form was refused; read out when it appears. */
export function Problem({ text }: { text: string | null }) {
  return <div role="alert">{text !== null && <p className={classes.problem}>{text}</p>}</div>;
}
