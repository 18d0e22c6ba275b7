import { Button } from '@mantine/core';
import { IconCertificate } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { renderSVG } from 'uqr';
import { m } from '../../../shared/i18n';
import { ICON, Mark, StateNote } from '../../../shared/ui';
import { CERTIFICATE, fetchAuthority, PROFILE, type Authority } from '../api';
import { PLATFORMS, platformOf, type Platform } from '../platform';
import classes from './Trust.module.css';

const NAMES: Record<Platform, () => string> = {
  android: m.trust_android,
  iphone: m.trust_iphone,
  windows: m.trust_windows,
  mac: m.trust_mac,
  firefox: m.trust_firefox,
};

const STEPS: Record<Platform, readonly (() => string)[]> = {
  android: [m.trust_android_1, m.trust_android_2, m.trust_android_3],
  iphone: [m.trust_iphone_1, m.trust_iphone_2, m.trust_iphone_3],
  windows: [m.trust_windows_1, m.trust_windows_2, m.trust_windows_3],
  mac: [m.trust_mac_1, m.trust_mac_2, m.trust_mac_3],
  firefox: [m.trust_firefox_1, m.trust_firefox_2, m.trust_firefox_3],
};

/** How a device comes to trust the practice's own authority: `/trust`, also by plain http, for those that don't yet. */
export function Trust() {
  const { data, isError, refetch } = useQuery({ queryKey: ['trust'], queryFn: fetchAuthority, staleTime: Infinity });
  useEffect(() => {
    document.title = `${m.trust_title()} · ${m.app_name()}`;
  }, []);
  if (isError) {
    return (
      <main className={classes.page}>
        <StateNote
          alert
          title={m.trust_none()}
          text={m.trust_none_text()}
          action={<Button onClick={() => void refetch()}>{m.try_again()}</Button>}
        />
      </main>
    );
  }
  return (
    <main className={classes.page}>
      <div className={classes.column}>
        <div className={classes.brand}>
          <Mark size={40} />
          <span className={classes.name}>{m.app_name()}</span>
        </div>
        <h1 className={classes.title}>{m.trust_title()}</h1>
        <p className={classes.lead}>{m.trust_lead()}</p>
        {data && <Steps authority={data} />}
      </div>
    </main>
  );
}

function Steps({ authority }: { authority: Authority }) {
  const [platform] = useState(() => platformOf(navigator.userAgent, navigator.maxTouchPoints));
  return (
    <>
      <Button
        component="a"
        href={platform === 'iphone' ? PROFILE : CERTIFICATE}
        leftSection={<IconCertificate {...ICON} aria-hidden="true" />}
        size="md"
        className={classes.download}
      >
        {platform === 'iphone' ? m.trust_download_profile() : m.trust_download()}
      </Button>
      <h2 className={classes.subtitle}>{m.trust_steps()}</h2>
      {PLATFORMS.map((one) => (
        <details key={one} className={classes.platform} open={one === platform}>
          <summary className={classes.summary}>{NAMES[one]()}</summary>
          <ol className={classes.steps}>
            {STEPS[one].map((step) => (
              <li key={step()}>{step()}</li>
            ))}
          </ol>
        </details>
      ))}
      <h2 className={classes.subtitle}>{m.trust_fingerprint()}</h2>
      <p className={classes.text}>{m.trust_fingerprint_text({ name: authority.name })}</p>
      <p className={classes.fingerprint}>{authority.fingerprint.replaceAll(':', ' ')}</p>
      <OtherDevice page={authority.page ?? `${window.location.origin}/trust`} />
      {authority.app !== null && (
        <p className={classes.done}>
          {m.trust_done()} <a className={classes.link} href={authority.app}>{m.trust_open()}</a>
        </p>
      )}
    </>
  );
}

/** A page that was opened on the practice's computer, brought to the phone beside it. */
function OtherDevice({ page }: { page: string }) {
  const picture = useMemo(() => {
    const svg = renderSVG(page, { border: 2, blackColor: '#14211b', whiteColor: '#ffffff' });
    return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
  }, [page]);
  return (
    <section className={classes.other}>
      <img className={classes.code} src={picture} alt={m.trust_code({ page })} width={148} height={148} />
      <div>
        <h2 className={classes.subtitle}>{m.trust_other()}</h2>
        <p className={classes.text}>{m.trust_other_text()}</p>
        <p className={classes.address}>{page}</p>
      </div>
    </section>
  );
}
