import { IconPaperclip } from '@tabler/icons-react';
import { useRef, type RefObject } from 'react';
import { m } from '../../../shared/i18n';
import { ICON } from '../../../shared/ui';
import classes from './AttachButton.module.css';

interface Props {
  onFiles: (files: File[]) => void;
  /** The field that opens the system's dialog, for others that open it too. */
  input: RefObject<HTMLInputElement | null>;
}

export function AttachButton({ onFiles, input }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button ref={button} type="button" className={classes.attach} aria-label={m.attach()} title={m.attach()} onClick={() => input.current?.click()}>
        <IconPaperclip {...ICON} />
      </button>
      <input
        ref={input} className={classes.input} type="file" multiple tabIndex={-1} aria-hidden="true"
        onChange={(event) => {
          const { files } = event.currentTarget;
          if (files) onFiles([...files]);
          // The same file can be picked again.
          event.currentTarget.value = '';
        }}
      />
    </>
  );
}
