import { useEffect } from 'react';
import { useCallStarter } from '../../../shared/lib/callStarter';
import { useObservable } from '../../../shared/lib/useObservable';
import type { ChatStore } from '../model/ChatStore';
import { useChat } from '../model/context';
import { openMicrophone } from './microphone';
import { playback } from './Playback';
import { Recorder } from './Recorder';
import { voiceWish } from './wish';

const known = new WeakMap<ChatStore, Map<string, Recorder>>();

/** One for each person written to: what was recorded and not sent is still there when the conversation is opened again. */
function recorderFor(chat: ChatStore, otherId: string): Recorder {
  const all = known.get(chat) ?? new Map<string, Recorder>();
  known.set(chat, all);
  const found = all.get(otherId);
  if (found) return found;
  const made = new Recorder({
    open: openMicrophone,
    onSend: ({ blob, type, name, durationMs, waveform }) => void chat.sendFile(otherId, { kind: 'audio', blob, type, name, durationMs, waveform }),
  });
  all.set(otherId, made);
  return made;
}

/** The recorder of this conversation. Leaving it, and a call, end a recording, not what was recorded. */
export function useRecorder(otherId: string): Recorder {
  const chat = useChat();
  const recorder = recorderFor(chat, otherId);
  const inCall = useCallStarter()?.active ?? false;
  useEffect(() => {
    recorder.setInCall(inCall);
    if (inCall) playback.pause();
  }, [inCall, recorder]);
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const begin = () => {
      if (voiceWish.value !== otherId || inCall) return;
      clearTimeout(due);
      due = setTimeout(() => {
        voiceWish.set(null);
        playback.pause();
        void recorder.press(true);
      });
    };
    begin();
    const forget = voiceWish.subscribe(begin);
    return () => {
      forget();
      clearTimeout(due);
    };
  }, [otherId, inCall, recorder]);
  useEffect(
    () => () => {
      recorder.leave();
      recorder.dismiss();
      playback.pause();
    },
    [recorder],
  );
  useAsksBeforeLeaving(recorder);
  return recorder;
}

/** A recording lives in this page alone. */
function useAsksBeforeLeaving(recorder: Recorder): void {
  const { phase } = useObservable(recorder.state);
  const unsent = phase === 'recording' || phase === 'review';
  useEffect(() => {
    if (!unsent) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [unsent]);
}
