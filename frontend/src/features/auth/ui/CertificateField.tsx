import { Button } from '@mantine/core';
import { IconFileCertificate } from '@tabler/icons-react';
import { useId, useRef, useState, type ChangeEvent } from 'react';
import { m } from '../../../shared/i18n';
import { shortName } from '../../../shared/lib/fileKind';
import { openPicture } from '../../../shared/pictures/open';
import { ICON } from '../../../shared/ui';
import { certificateOf, type CertificateRefusal } from '../model/certificate';
import classes from './CertificateField.module.css';

const REFUSALS: Record<CertificateRefusal, () => string> = {
  too_large: m.certificate_too_large,
  empty: m.attach_empty,
  unreadable: m.attach_unreadable,
  unreadable_picture: m.certificate_unreadable_picture,
  wrong_kind: m.certificate_wrong_kind,
};

interface Props {
  file: File | null;
  /** Said by the server, after it was sent. */
  problem: string | null;
  onFile: (file: File | null) => void;
}

/** A picture or PDF that shows who a dietician is; what is wrong with it is said when it is chosen. */
export function CertificateField({ file, problem, onFile }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<CertificateRefusal | null>(null);
  const onChange = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.currentTarget.files?.[0];
    event.currentTarget.value = '';
    if (!chosen) return;
    setBusy(true);
    const result = await certificateOf(chosen, openPicture);
    setBusy(false);
    setRefused('refused' in result ? result.refused : null);
    onFile('ok' in result ? result.ok : null);
  };
  const wrong = refused === null ? problem : REFUSALS[refused]();
  return (
    <div className={classes.field} role="group" aria-labelledby={`${id}-label`} aria-describedby={`${id}-text`}>
      <p id={`${id}-label`} className={classes.label}>{m.certificate_label()}</p>
      <p id={`${id}-text`} className={classes.text}>{m.certificate_text()}</p>
      <input ref={input} type="file" accept="image/*,application/pdf,.pdf" hidden aria-label={m.certificate_choose()} onChange={(event) => void onChange(event)} />
      <div className={classes.row}>
        {file && <span className={classes.file}><IconFileCertificate {...ICON} aria-hidden /> <span>{shortName(file.name)}</span></span>}
        <Button ref={button} size="sm" variant="default" loading={busy} onClick={() => input.current?.click()}>
          {file ? m.certificate_change() : m.certificate_choose()}
        </Button>
        {file && (
          <Button
            size="sm" variant="subtle" color="gray"
            onClick={() => {
              onFile(null);
              button.current?.focus();
            }}
          >
            {m.attach_remove_short()}
          </Button>
        )}
      </div>
      <div role="alert">{wrong !== null && <p className={classes.problem}>{wrong}</p>}</div>
    </div>
  );
}
