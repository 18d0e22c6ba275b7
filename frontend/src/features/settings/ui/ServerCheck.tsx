import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle, type Icon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../auth';
import { errorText, m } from '../../../shared/i18n';
import { codeOf } from '../../../shared/lib/errors';
import { ICON } from '../../../shared/ui';
import { checkServer, type Finding } from '../api';
import { FINDINGS } from '../findings';
import classes from './ServerCheck.module.css';

const STATES: Readonly<Record<Finding['state'], { icon: Icon; name: () => string }>> = {
  bad: { icon: IconCircleX, name: m.doctor_state_bad },
  warning: { icon: IconAlertTriangle, name: m.doctor_state_warning },
  note: { icon: IconInfoCircle, name: m.doctor_state_note },
  good: { icon: IconCircleCheck, name: m.doctor_state_good },
};
const WORST_FIRST = ['bad', 'warning', 'note', 'good'] as const;

/** What `moodbites doctor` prints, for admins. */
export function ServerCheck() {
  const { http } = useSession();
  const check = useQuery({ queryKey: ['doctor'], queryFn: () => checkServer(http), enabled: false, gcTime: 0, retry: false });
  const findings = WORST_FIRST.flatMap((state) => (check.data ?? []).filter((finding) => finding.state === state && finding.code in FINDINGS));
  const worst = findings[0]?.state;
  return (
    <>
      <p className={classes.lead}>{m.doctor_lead()}</p>
      <Button variant="default" loading={check.isFetching} onClick={() => void check.refetch()}>
        {check.data ? m.doctor_again() : m.doctor_start()}
      </Button>
      <p className={classes.sum} role="status">
        {check.isFetching
          ? m.doctor_busy()
          : check.isError
            ? errorText(codeOf(check.error))
            : worst && (worst === 'bad' ? m.doctor_sum_bad() : worst === 'warning' ? m.doctor_sum_warning() : m.doctor_sum_good())}
      </p>
      {!check.isFetching && findings.length > 0 && (
        <ul className={classes.findings} aria-label={m.doctor_results()}>
          {findings.map((finding) => (
            <FindingRow key={`${finding.code} ${finding.about}`} {...finding} />
          ))}
        </ul>
      )}
    </>
  );
}

function FindingRow({ code, state, about }: Finding) {
  const { icon: StateIcon, name } = STATES[state];
  const { text, fix } = FINDINGS[code];
  return (
    <li className={classes.finding} data-state={state}>
      <span role="img" aria-label={name()}><StateIcon {...ICON} /></span>
      <div className={classes.words}>
        <p>{text({ about })}</p>
        {fix && <p className={classes.fix}>{fix()}</p>}
      </div>
    </li>
  );
}
