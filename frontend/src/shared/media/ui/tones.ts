/** The two sounds of a call, made on the spot: a soft ring for who is called, a quiet tone for who waits. */
export type Tone = 'ring' | 'ringback';

interface Note {
  frequency: number;
  at: number;
  length: number;
  level: number;
}

// The ring is a rising fifth, twice, like a small bell; the tone is the 425 Hz of telephones, low.
const NOTES: Record<Tone, { every: number; notes: Note[] }> = {
  ring: {
    every: 3.2,
    notes: [
      { frequency: 523.25, at: 0, length: 0.9, level: 0.16 },
      { frequency: 783.99, at: 0.18, length: 1.1, level: 0.12 },
      { frequency: 523.25, at: 0.75, length: 0.9, level: 0.12 },
      { frequency: 783.99, at: 0.93, length: 1.3, level: 0.09 },
    ],
  },
  ringback: { every: 4, notes: [{ frequency: 425, at: 0, length: 1, level: 0.04 }] },
};

/** Plays until the returned function is called. Where the browser allows no sound yet, it stays silent. */
export function play(tone: Tone): () => void {
  if (typeof AudioContext === 'undefined') return () => undefined;
  const context = new AudioContext();
  const { every, notes } = NOTES[tone];
  const round = () => {
    if (context.state !== 'running') {
      void context.resume().catch(() => undefined);
      return;
    }
    for (const note of notes) sound(context, context.destination, note, tone === 'ring');
  };
  void context
    .resume()
    .then(round)
    .catch(() => undefined);
  const timer = setInterval(round, every * 1000);
  return () => {
    clearInterval(timer);
    void context.close().catch(() => undefined);
  };
}

const SAMPLE_S = 1.8;

/** A bell, once, by this speaker where the browser lets one be chosen. Resolves when it has sounded; rejects where it can't. */
export async function playSample(speaker: string | undefined): Promise<void> {
  const context = new AudioContext();
  const element = new Audio();
  try {
    const output = context.createMediaStreamDestination();
    element.srcObject = output.stream;
    if (speaker !== undefined && 'setSinkId' in element) await element.setSinkId(speaker);
    await Promise.all([context.resume(), element.play()]);
    for (const note of NOTES.ring.notes.slice(0, 2)) sound(context, output, { ...note, level: note.level * 2 }, true);
    await new Promise((done) => setTimeout(done, SAMPLE_S * 1000));
  } finally {
    element.srcObject = null;
    void context.close().catch(() => undefined);
  }
}

function sound(context: AudioContext, output: AudioNode, { frequency, at, length, level }: Note, bell: boolean): void {
  const from = context.currentTime + at;
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(level, from + 0.02);
  if (bell) gain.gain.exponentialRampToValueAtTime(0.0005, from + length);
  else gain.gain.setValueAtTime(level, from + length - 0.03);
  gain.gain.linearRampToValueAtTime(0, from + length);
  oscillator.connect(gain).connect(output);
  oscillator.start(from);
  oscillator.stop(from + length + 0.05);
}
