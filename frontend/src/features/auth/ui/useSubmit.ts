import { useState, type SyntheticEvent } from 'react';
import { codeOf } from '../../../shared/lib/errors';
import type { ErrorCode } from '../../../shared/wire/errors';

/** A form's one action: busy while it runs, and the code of what went wrong. */
export function useSubmit(action: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ErrorCode | null>(null);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setProblem(null);
    action()
      .catch((error: unknown) => setProblem(codeOf(error)))
      .finally(() => setBusy(false));
  };
  return { busy, problem, submit };
}
