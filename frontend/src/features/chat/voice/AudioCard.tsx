import { IconPlayerPauseFilled, IconPlayerPlayFilled } from '@tabler/icons-react';
import { m } from '../../../shared/i18n';
import { useObservable } from '../../../shared/lib/useObservable';
import { Hidden } from '../../../shared/ui';
import type { MediaProps } from '../attach/MediaRow';
import { Meta } from '../attach/MediaRow';
import { Progress } from '../attach/Progress';
import { useMediaUrls } from '../attach/useMediaUrls';
import { useChat } from '../model/context';
import classes from './AudioCard.module.css';
import { useLength } from './Lengths';
import { playback, SPEEDS } from './Playback';
import { clockOf } from './waveform';
import { Waveform } from './Waveform';

/** A voice note: played, paused, wound, heard faster. */
export function AudioCard({ row, name, waiting }: MediaProps) {
  const { outbox } = useChat();
  const { file, own, key } = row;
  const { url } = useMediaUrls(row);
  const state = useObservable(playback.state);
  const here = state.id === key;
  const playing = here && (state.phase === 'playing' || state.phase === 'loading');
  const failed = here && state.phase === 'failed';
  const positionMs = playback.positionOf(key);
  const durationMs = useLength(key, url, file.durationMs) ?? 0;
  const fresh = !own && !state.played.has(key);
  const label = own ? m.voice_note_own() : m.voice_note_by({ name });
  return (
    <div className={classes.card} role="group" aria-label={label}>
      {waiting ? (
        <Progress name={label} share={waiting.progress} onCancel={() => outbox.remove(waiting.clientMessageId)} />
      ) : (
        <button
          type="button" className={classes.play} disabled={url === undefined} aria-label={playing ? m.voice_pause() : m.voice_play()}
          onClick={() => url !== undefined && playback.toggle(key, url)}
        >
          {playing ? <IconPlayerPauseFilled size={20} aria-hidden /> : <IconPlayerPlayFilled size={20} aria-hidden />}
        </button>
      )}
      <div className={classes.body}>
        <Waveform
          waveform={file.waveform} positionMs={positionMs} durationMs={durationMs} fresh={fresh}
          onSeek={(ms) => playback.seek(key, ms)}
        />
        <p className={classes.line}>
          <span className={classes.time}>{playing || positionMs > 0 ? clockOf(positionMs) : durationMs > 0 ? clockOf(durationMs) : <><span aria-hidden="true">–</span><Hidden>{m.voice_length_unknown()}</Hidden></>}</span>
          {fresh && <span className={classes.fresh}><Hidden>{m.voice_not_played()}</Hidden></span>}
          {failed && <span className={classes.failed} role="alert">{m.voice_play_failed()}</span>}
          <span className={classes.space} />
          {(playing || positionMs > 0) && <SpeedButton />}
          <Meta row={row} />
        </p>
      </div>
    </div>
  );
}

export function SpeedButton() {
  const { speed } = useObservable(playback.state);
  const shown = SPEEDS.includes(speed) ? String(speed) : '1';
  return (
    <button type="button" className={classes.speed} aria-label={m.voice_speed({ speed: shown })} onClick={() => playback.nextSpeed()}>{shown}×</button>
  );
}
