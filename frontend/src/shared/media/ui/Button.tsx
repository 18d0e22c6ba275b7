import { IconPhone } from '@tabler/icons-react';
import type { ComponentProps, ReactNode } from 'react';
import styles from './Button.module.css';

interface RoundProps extends Omit<ComponentProps<'button'>, 'children'> {
  icon: ReactNode;
  /** What is read out; the same as what is seen unless there is more to say. */
  label: string;
  /** What stands under the button; none where there is no room for it. */
  caption?: string;
  tone?: 'plain' | 'accept' | 'leave';
  size?: 'normal' | 'large' | 'small';
}

/** A receiver that lies on its hook. */
export function HangUpIcon(props: { size: number; stroke: number }) {
  return <IconPhone {...props} className={styles.hangUp} />;
}

/** A round button of a call, with its name under it. */
export function RoundButton({ icon, label, caption, tone = 'plain', size = 'normal', ...rest }: RoundProps) {
  return (
    <button type="button" aria-label={label} title={caption ? undefined : label} {...rest} className={styles.round} data-tone={tone} data-size={size}>
      <span className={styles.disc} aria-hidden="true">
        {icon}
      </span>
      {caption ? (
        <span className={styles.caption} aria-hidden="true">
          {caption}
        </span>
      ) : null}
    </button>
  );
}

export function TextButton({ main, ...rest }: ComponentProps<'button'> & { main?: boolean }) {
  return <button type="button" {...rest} className={styles.text} data-main={main ?? false} />;
}
