import { MantineProvider } from '@mantine/core';
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { type ReactNode, StrictMode } from 'react';
import { beforeEach, describe, expect, it, test, vi } from 'vitest';
import { checkFirst } from '../../../shared/lib/callSettings';
import { Beside } from '../model/beside';
import type { CallEngine } from '../model/engine';
import type { Figures } from '../model/figures';
import type { CallStory } from '../model/history';
import { memory } from '../model/files/disk';
import type { Rung, Step } from '../model/ladder';
import { NO_SHARING } from '../model/sharing';
import { Store } from '../model/store';
import { NO_DEVICES, type CallView } from '../model/view';
import { Exchange } from '../testing/exchange';
import { FakeClock, FakeDevices, settle } from '../testing/fakes';
import { FakePage } from '../testing/page';
import { CallLayer } from './CallLayer';

const BASE: CallView = {
  key: 1, callId: 'c1', peer: { userId: 'b', name: 'Elena Moreno' }, direction: 'outgoing', kind: 'video', stage: 'live', link: 'connected',
  online: true, asking: [], problem: undefined, note: undefined, voiceHint: undefined, checking: false, microphone: 'on', camera: 'on', local: undefined, remote: undefined,
  remotePicture: false, remoteMuted: false, remotePaused: false, rung: 'half', step: undefined, bytes: { in: 0, out: 0 }, sharing: { ...NO_SHARING, able: true }, devices: NO_DEVICES, chosen: {}, quality: 'good', theirQuality: 'unknown', acceptedAt: Date.now(), legacy: false,
  silenced: false, canRejoin: false, refused: undefined, end: undefined,
};

let besideClock = new FakeClock();
const quietBeside = () =>
  new Beside({ findDisk: () => Promise.resolve(memory), save: () => undefined, randomId: () => 'id', randomNumber: () => 1, clock: besideClock, log: () => undefined });

function fakeEngine(view: Partial<CallView>) {
  const session = {
    toggleMicrophone: vi.fn(() => Promise.resolve()), toggleCamera: vi.fn(() => Promise.resolve()), silence: vi.fn(), closeNote: vi.fn(),
    choose: vi.fn(() => Promise.resolve()), hearing: { dismiss: vi.fn() }, toggleScreen: vi.fn(),
    sharing: { stop: vi.fn(), stopTheirs: vi.fn(), setMotion: vi.fn(), closeNews: vi.fn() },
    figures: new Store<Figures | undefined>(undefined),
    beside: quietBeside(),
  };
  const engine = {
    view: new Store<CallView | null>({ ...BASE, ...view }), current: session, accept: vi.fn(() => Promise.resolve()), decline: vi.fn(),
    hangUp: vi.fn(), dismiss: vi.fn(), callAgain: vi.fn(() => Promise.resolve()), retry: vi.fn(() => Promise.resolve()),
    rejoin: vi.fn(() => Promise.resolve()), check: vi.fn(() => Promise.resolve()), proceed: vi.fn(() => Promise.resolve()), leaveCheck: vi.fn(),
    level: () => 0,
    recording: { view: new Store({ stands: undefined, busy: false, problem: undefined }), possible: true },
  };
  return { engine, session, asEngine: engine as unknown as CallEngine };
}

const frame = (children: ReactNode) => (
  <StrictMode>
    <MantineProvider env="test">{children}</MantineProvider>
  </StrictMode>
);

const seriousOnes = async () => {
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, region: { enabled: false } } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
};

beforeEach(() => {
  window.matchMedia = (query) => ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList;
  vi.spyOn(HTMLMediaElement.prototype, 'play').mockResolvedValue();
});

const ended = (reason: NonNullable<CallView['end']>['reason']) => ({ stage: 'ended' as const, end: { reason, quality: 'good' as const, durationMs: 61_000 } });

const STORY: CallStory = {
  durationMs: 61_000, more: false,
  stretches: [{ from: 0, to: 40_000, felt: 'good' }, { from: 40_000, to: 57_000, felt: 'weak' }, { from: 57_000, to: 61_000, felt: 'lost' }],
  moments: [
    { what: 'connected', at: 400 },
    { what: 'step', at: 41_000, rung: 'paused', up: false, why: 'loss', screen: false },
    { what: 'their-screen', at: 45_000, forMs: 4_000 },
    { what: 'lost', at: 57_000 },
  ],
};

describe('accessibility', () => {
  test.each<[string, Partial<CallView>]>([
    ['incoming', { stage: 'incoming', direction: 'incoming' }],
    ['asking for devices', { stage: 'preparing', asking: ['microphone', 'camera'] }],
    ['a device problem', { stage: 'preparing', problem: { kind: 'denied', device: 'microphone' } }],
    ['ringing', { stage: 'ringing' }],
    ['live', { note: { kind: 'missing', device: 'camera' }, quality: 'weak' }],
    ['live with a picture', { remotePicture: true, local: {} as MediaStream }],
    ['live with our screen', { sharing: { ...NO_SHARING, able: true, own: 'on', sound: true } }],
    ['live with their screen', { remotePicture: true, sharing: { ...NO_SHARING, theirs: {} as MediaStream } }],
    ['ended', ended('completed')],
    ['ended with its story', { ...ended('completed'), end: { reason: 'completed', quality: 'fair', durationMs: 61_000, story: STORY } }],
    ['elsewhere', ended('elsewhere')],
    ['another tab', { stage: 'other-tab', canRejoin: true }],
    ['another device', { stage: 'other-device', canRejoin: true }],
  ])('of %s', async (_, view) => {
    render(frame(<CallLayer engine={fakeEngine(view).asEngine} onWrite={vi.fn()} />));
    expect(await seriousOnes()).toEqual([]);
  });
});

describe('a ring', () => {
  const show = () => {
    const fake = fakeEngine({ stage: 'incoming', direction: 'incoming' });
    render(frame(<CallLayer engine={fake.asEngine} onWrite={undefined} />));
    return fake;
  };

  it('has the focus on accept, but not for a key of who was typing', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
    const { engine } = show();
    const accept = screen.getByRole('button', { name: 'Accept' });
    await waitFor(() => expect(accept).toHaveFocus());
    now.mockReturnValue(1_400);
    expect(fireEvent.keyDown(accept, { key: 'Enter' })).toBe(false);
    expect(fireEvent.keyUp(accept, { key: ' ' })).toBe(false);
    now.mockReturnValue(1_600);
    expect(fireEvent.keyDown(accept, { key: 'Enter' })).toBe(true);
    now.mockRestore();
    await userEvent.click(accept);
    expect(engine.accept).toHaveBeenCalledWith(true);
  });

  it('is silenced by Escape, and declined only by its button', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const { engine, session } = show();
    now.mockReturnValue(10_000);
    fireEvent.keyDown(screen.getByRole('button', { name: 'Accept' }), { key: 'Escape' });
    now.mockRestore();
    expect(session.silence).toHaveBeenCalledOnce();
    expect(engine.decline).not.toHaveBeenCalled();
    await userEvent.click(screen.getByRole('button', { name: 'Decline' }));
    expect(engine.decline).toHaveBeenCalledOnce();
  });

  it('can be accepted without video', async () => {
    const { engine } = show();
    await userEvent.click(screen.getByRole('button', { name: 'Accept without video' }));
    expect(engine.accept).toHaveBeenCalledWith(false);
  });
});

describe('a call', () => {
  it('is left, muted and minimised by buttons and keys', async () => {
    const { engine, session, asEngine } = fakeEngine({});
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    await userEvent.click(screen.getByRole('button', { name: 'Mute' }));
    await userEvent.keyboard('m');
    expect(session.toggleMicrophone).toHaveBeenCalledTimes(2);
    await userEvent.keyboard('c');
    expect(session.toggleCamera).toHaveBeenCalledOnce();
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Open the call' }));
    await userEvent.click(screen.getByRole('button', { name: 'Leave' }));
    expect(engine.hangUp).toHaveBeenCalledOnce();
  });

  test.each<[Partial<CallView>, string]>([
    [{ link: 'connecting' }, 'Connecting…'],
    [{ link: 'connected' }, 'Connected'],
    [{ link: 'disconnected' }, 'Connection lost. Reconnecting…'],
    [{ link: 'disconnected', online: false }, 'You are offline. Reconnecting…'],
    [{ link: 'failed' }, 'No connection'],
    [{ stage: 'ringing' }, 'Ringing…'],
  ])('says its state at once: %o', (view, words) => {
    render(frame(<CallLayer engine={fakeEngine(view).asEngine} onWrite={undefined} />));
    const spoken = document.querySelector('[aria-live="assertive"]');
    expect(spoken).toHaveTextContent(`Elena Moreno: ${words}`);
  });

  it('lets our own picture be moved with the arrow keys', async () => {
    const { asEngine } = fakeEngine({ remotePicture: true, local: {} as MediaStream });
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    const own = screen.getByRole('button', { name: /^Your picture, bottom right/ });
    await waitFor(() => expect(screen.getByRole('button', { name: 'Mute' })).toHaveFocus());
    own.focus();
    await userEvent.keyboard('{ArrowUp}{ArrowLeft}');
    expect(own).toHaveAccessibleName(/top left/);
  });

  it('puts the focus on the microphone once there is one, not on leaving', async () => {
    const { engine, asEngine } = fakeEngine({ stage: 'answering', microphone: 'none', camera: 'off' });
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    await waitFor(() => expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus());
    act(() => engine.view.set({ ...BASE, stage: 'live' }));
    expect(screen.getByRole('button', { name: 'Mute' })).toHaveFocus();
  });

  it('lets a microphone be chosen', async () => {
    const devices = { ...NO_DEVICES, microphones: [{ id: 'one', label: 'Built-in' }, { id: 'two', label: 'Headset' }] };
    const { session, asEngine } = fakeEngine({ devices });
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    await userEvent.selectOptions(screen.getByLabelText('Microphone'), 'Headset');
    expect(session.choose).toHaveBeenCalledWith('microphone', 'two');
  });

  it('gives the focus back to where it was', async () => {
    const { engine, asEngine } = fakeEngine({});
    const view = engine.view.get();
    engine.view.set(null);
    render(
      frame(
        <>
          <button type="button">Video</button>
          <CallLayer engine={asEngine} onWrite={undefined} />
        </>,
      ),
    );
    screen.getByRole('button', { name: 'Video' }).focus();
    act(() => engine.view.set(view));
    await waitFor(() => expect(screen.getByRole('button', { name: 'Mute' })).toHaveFocus());
    act(() => engine.view.set(null));
    await waitFor(() => expect(screen.getByRole('button', { name: 'Video' })).toHaveFocus());
  });
});

describe('a weak connection', () => {
  const step = (rung: Rung, up: boolean, picture = true) => ({ rung, step: { rung, up, why: up ? 'better' : 'loss', picture } as Step });
  test.each<[Partial<CallView>, string]>([
    [step('small', false), 'Connection is weak. Your picture is smaller.'],
    [step('paused', false), 'Connection is weak. Picture paused so that you hear each other.'],
    [{ rung: 'paused' }, 'Connection is weak. Picture paused so that you hear each other.'],
    [step('voice', false), 'Connection is very weak. Your voice is sent with less data so that it gets through.'],
    [{ rung: 'note', camera: 'off' }, 'Connection is too weak to talk. You can leave, and send a voice note instead.'],
    [step('paused', true), 'Connection is better. Your voice is clear again; the picture follows.'],
    [{ ...step('paused', true, false), camera: 'off' }, 'Connection is better. Your voice is clear again.'],
    [step('small', true), 'Connection is better. Your picture is back.'],
    [step('half', true), 'Connection is better. Your picture is sharper again.'],
    [{ remotePaused: true }, "Elena Moreno's connection is weak. Their picture is paused so that you hear each other."],
  ])('%o is said in plain words', (view, words) => {
    render(frame(<CallLayer engine={fakeEngine(view).asEngine} onWrite={undefined} />));
    expect(screen.getByText(words)).toBeVisible();
  });

  it('is no matter for who talks without a picture, while the voice is whole', () => {
    render(frame(<CallLayer engine={fakeEngine({ rung: 'paused', camera: 'off' }).asEngine} onWrite={undefined} />));
    expect(screen.queryByText(/paused/)).toBeNull();
  });

  test.each<[Partial<CallView>, string]>([
    [{ quality: 'good', theirQuality: 'good' }, 'Connection good'],
    [{ quality: 'good', theirQuality: 'weak' }, 'Connection good for you, weak for Elena Moreno'],
    [{ quality: 'fair' }, 'Connection fair'],
  ])('is said of both sides: %o', (view, words) => {
    render(frame(<CallLayer engine={fakeEngine(view).asEngine} onWrite={undefined} />));
    expect(screen.getByText(words)).toBeVisible();
  });

  it('has what the call has used under More', async () => {
    render(frame(<CallLayer engine={fakeEngine({ bytes: { in: 12_340_000, out: 8_000_000 } }).asEngine} onWrite={undefined} />));
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    expect(screen.getByText('Data used: 12 MB received, 8.0 MB sent')).toBeVisible();
  });
});

describe('a shared screen', () => {
  it('of ours is said as long as it is seen, tuned and ended', async () => {
    const { session, asEngine } = fakeEngine({ sharing: { ...NO_SHARING, able: true, own: 'on', news: 'no-sound' } });
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    const banner = screen.getByRole('region', { name: 'You are sharing your screen' });
    expect(banner).toHaveTextContent('Elena Moreno sees it, without sound.');
    expect(document.querySelector('[aria-live="polite"]')).toHaveTextContent(/^You are sharing your screen .*can't share sound/);
    await userEvent.click(screen.getByRole('radio', { name: 'Video' }));
    expect(session.sharing.setMotion).toHaveBeenCalledWith(true);
    await userEvent.click(screen.getByRole('button', { name: 'Stop sharing' }));
    expect(session.sharing.stop).toHaveBeenCalledOnce();
    // Also where the call is a card.
    screen.getByRole('button', { name: 'Mute' }).focus();
    await userEvent.keyboard('{Escape}');
    await userEvent.click(screen.getByRole('button', { name: 'Stop sharing' }));
    expect(session.sharing.stop).toHaveBeenCalledTimes(2);
  });

  it('of theirs is shown whole beside their face, and may be ended here', async () => {
    const { session, asEngine } = fakeEngine({ remotePicture: true, sharing: { ...NO_SHARING, able: true, theirs: {} as MediaStream, news: 'they-began' } });
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    expect(screen.getByLabelText("Elena Moreno's screen")).toHaveAttribute('data-whole', 'true');
    expect(screen.getByLabelText('Elena Moreno')).toBeVisible();
    expect(document.querySelector('[aria-live="polite"]')).toHaveTextContent('Elena Moreno is sharing their screen');
    await userEvent.click(screen.getByRole('button', { name: "End Elena Moreno's screen sharing" }));
    expect(session.sharing.stopTheirs).toHaveBeenCalledOnce();
  });

  it('is not offered where it can’t be, and why is said under More', async () => {
    render(frame(<CallLayer engine={fakeEngine({ sharing: NO_SHARING }).asEngine} onWrite={undefined} />));
    expect(screen.queryByRole('button', { name: /Share/ })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    expect(screen.getByText("This browser can't share its screen. Browsers on a computer can.")).toBeVisible();
  });
});

describe('keys in a call', () => {
  it('share, show the statistics and are listed on ?, with the focus kept there and given back', async () => {
    const page = vi.fn();
    window.addEventListener('keydown', page);
    const { session, asEngine } = fakeEngine({});
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    const mute = screen.getByRole('button', { name: 'Mute' });
    await waitFor(() => expect(mute).toHaveFocus());
    await userEvent.keyboard('s');
    expect(session.toggleScreen).toHaveBeenCalledOnce();
    await userEvent.keyboard('?');
    const sheet = screen.getByRole('dialog', { name: 'Keys in a call' });
    expect(page).not.toHaveBeenCalledWith(expect.objectContaining({ key: '?' })); // the page has a list of its own
    await waitFor(() => expect(sheet).toContainElement(document.activeElement as HTMLElement));
    await userEvent.tab();
    expect(sheet).toContainElement(document.activeElement as HTMLElement);
    await userEvent.keyboard('m');
    expect(session.toggleMicrophone).not.toHaveBeenCalled();
    expect(await seriousOnes()).toEqual([]);
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(mute).toHaveFocus());
    expect(screen.queryByRole('dialog', { name: 'Keys in a call' })).toBeNull();
    window.removeEventListener('keydown', page);
  });

  it('and the focus go on where the button that was pressed is gone', async () => {
    const { engine, session, asEngine } = fakeEngine({ sharing: { ...NO_SHARING, able: true, own: 'on' } });
    session.sharing.stop.mockImplementation(() => engine.view.set({ ...BASE }));
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    await userEvent.click(screen.getByRole('button', { name: 'Stop sharing' }));
    await waitFor(() => expect(screen.getByRole('button', { name: 'Mute' })).toHaveFocus());
    (document.activeElement as HTMLElement).blur();
    await userEvent.keyboard('m');
    expect(session.toggleMicrophone).toHaveBeenCalledOnce();
  });

  it('do nothing while somebody chooses a device', async () => {
    const { session, asEngine } = fakeEngine({ devices: { ...NO_DEVICES, microphones: [{ id: 'one', label: 'Built-in' }] } });
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    screen.getByLabelText('Microphone').focus();
    await userEvent.keyboard('mcs');
    expect(session.toggleMicrophone).not.toHaveBeenCalled();
    expect(session.toggleScreen).not.toHaveBeenCalled();
  });
});

describe('statistics', () => {
  const FIGURES: Figures = {
    received: [{ what: 'camera', codec: 'VP8', width: 1280, height: 720, fps: 30, bps: 1_234_000, loss: 0.021, jitterMs: 8 }],
    sent: [{ what: 'voice', codec: 'opus', bps: 32_000 }], roundTripMs: 48, local: 'relay', remote: 'srflx', protocol: 'udp', bytesIn: 2_000_000, bytesOut: 1_000_000,
  };

  it('are opened from More: words first, then numbers, anew each second, and copied', async () => {
    const { session, asEngine } = fakeEngine({});
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    await userEvent.click(screen.getByRole('button', { name: 'Statistics' }));
    const panel = screen.getByRole('region', { name: 'Statistics' });
    expect(panel).toHaveFocus();
    expect(panel).toHaveTextContent('There are none until the call is connected.');
    act(() => session.figures.set(FIGURES));
    expect(panel).toHaveTextContent('The call goes by a relay, which sees nothing of it.What is said arrives at once.Up to 2.1% is lost on the way.');
    expect(panel).toHaveTextContent('Picture, received1280 × 720, 30 a second, 1.2 Mb/s, VP8, 2.1% lost, jitter 8 ms');
    expect(panel).toHaveTextContent('Way, yours – theirsrelay – through a router, UDP');
    act(() => session.figures.set({ ...FIGURES, roundTripMs: 700 }));
    expect(panel).toHaveTextContent('There and back700 ms');
    expect(await seriousOnes()).toEqual([]);
    const writeText = vi.fn(() => Promise.resolve());
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
    await userEvent.click(screen.getByRole('button', { name: 'Copy' }));
    expect(writeText).toHaveBeenCalledWith(expect.stringContaining('There and back: 700 ms\n'));
    expect(await screen.findByText('Copied')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Close the statistics' }));
    expect(screen.queryByRole('region', { name: 'Statistics' })).toBeNull();
    await waitFor(() => expect(screen.getByRole('button', { name: 'Mute' })).toHaveFocus());
  });
});

describe('words and files in a call', () => {
  const [mia, offer] = ['Elena Moreno', { type: 'offer', id: 4, name: 'x/setup.exe', size: 3_000_000, mime: '' }];

  /** The call's channels, whose other end is the test. */
  async function channels(view: Partial<CallView> = {}, legacy = false) {
    const { session, engine, asEngine } = fakeEngine(view);
    const { beside } = session;
    const sent: string[] = [];
    const channel = (label: string) => ({ label, readyState: 'open', bufferedAmount: 0, send: (text: string) => sent.push(text), close: () => undefined }) as unknown as RTCDataChannel;
    const [chat, files] = [channel('chat'), channel('files')];
    beside.begin('Me', legacy);
    beside.ready(chat);
    beside.attach(files);
    beside.ready(files);
    await settle();
    const say = async (message: unknown) => {
      await act(async () => {
        files.onmessage?.({ data: JSON.stringify(message) } as MessageEvent);
        await clock.advance(200);
      });
    };
    if (!legacy) await say({ type: 'hello', version: 1, max: 10_000_000, sending: [] });
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    return { beside, say, sent, engine };
  }

  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
    besideClock = clock;
    HTMLElement.prototype.scrollTo = () => undefined;
  });

  it('shows a word that nobody looked at, says it politely, and counts it until somebody looks', async () => {
    const { beside } = await channels();
    await act(() => (beside.hear('{"text":"Look at page 3","sender":"me"}'), clock.advance(200)));
    expect(screen.getAllByText('Elena Moreno: Look at page 3')).toHaveLength(2);
    await userEvent.click(screen.getByRole('button', { name: 'Write or send files, 1 new' }));
    expect(screen.getByRole('region', { name: 'In this call' })).toBeVisible();
    await act(() => clock.advance(200));
    expect(screen.getByRole('button', { name: 'Write or send files' })).toBeVisible();
    expect(await seriousOnes()).toEqual([]);
  });

  it('sends what is written, and no key of it mutes or leaves', async () => {
    const { sent } = await channels();
    await userEvent.click(screen.getByRole('button', { name: 'Write or send files' }));
    await userEvent.keyboard('mc f{Enter}');
    expect(sent.some((text) => text.includes('"text":"mc f"'))).toBe(true);
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('region', { name: 'In this call' })).toBeNull();
    expect(screen.getByRole('dialog')).toBeVisible();
  });

  it('asks about a file, warns of programs, and answers', async () => {
    const { say, sent } = await channels();
    await say(offer);
    expect(screen.getByText(`${mia} would like to send you x_setup.exe (2.9 MB).`)).toBeVisible();
    expect(screen.getByText(/can change your device/)).toBeVisible();
    expect(await seriousOnes()).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Accept' }));
    await act(settle);
    expect(sent.some((text) => text.includes('"accept"'))).toBe(true);
  });

  it('offers no file to an old client, and says why', async () => {
    await channels({ legacy: true }, true);
    await userEvent.click(screen.getByRole('button', { name: 'Write or send files' }));
    expect(screen.getByText(/uses an older app that takes no files/)).toBeVisible();
    expect(screen.getByRole('button', { name: 'Send files' })).toBeDisabled();
  });

  it('turns a file away that is too large for the other', async () => {
    const { beside } = await channels();
    await userEvent.click(screen.getByRole('button', { name: 'Write or send files' }));
    const large = new File([], 'large.mov');
    Object.defineProperty(large, 'size', { value: 20_000_000 });
    await act(() => (beside.offer([large]), clock.advance(200)));
    expect(screen.getByRole('alert')).toHaveTextContent(`large.mov is too large: ${mia}'s browser takes up to 9.5 MB in a call.`);
  });

  test.each<[Record<string, unknown>, string]>([
    [{ type: 'stop', id: 4, mine: true, reason: 'cancelled' }, `${mia} cancelled`],
    [{ type: 'stop', id: 4, mine: true, reason: 'unreadable' }, `It can't be read any more on ${mia}'s device.`],
    [{ type: 'end', id: 4, round: 1, digest: '0'.repeat(64) }, 'It did not arrive whole and was thrown away. Try again.'],
    [{ type: 'pause', id: 4, mine: true, on: true }, `Paused by ${mia}`],
  ])('says what %o means', async (message, words) => {
    const { say, beside } = await channels();
    await say(offer);
    const [file] = beside.view.get().files;
    await userEvent.click(screen.getByRole('button', { name: 'Write or send files, 1 new' }));
    await act(() => (file && beside.accept(file), clock.advance(200)));
    await say(message);
    expect(screen.getByText(words, { exact: false })).toBeVisible();
    expect(await seriousOnes()).toEqual([]);
  });
});

describe('after a call', () => {
  it('what happened is told in a line, in sentences, and as a file', async () => {
    const fake = fakeEngine({ ...ended('completed'), end: { reason: 'completed', quality: 'fair', durationMs: 61_000, story: STORY } });
    render(frame(<CallLayer engine={fake.asEngine} onWrite={undefined} />));
    expect(screen.getByText('Good for 40 seconds, weak for 17 seconds, no connection for 4 seconds')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'What happened in this call' }));
    expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
      '0:00You were connected.',
      '0:41Your picture was paused so that you heard each other: too much was lost on the way.',
      '0:45Elena Moreno shared their screen for 4 seconds.',
      '0:57You lost each other, and the connection did not come back.',
    ]);
    expect(screen.getByRole('button', { name: 'Save as a file' })).toBeVisible();
  });

  it('that came to nothing a voice note can be left', async () => {
    const onVoiceNote = vi.fn();
    const { engine, asEngine } = fakeEngine({ stage: 'ended', end: { reason: 'no-answer', quality: 'unknown' } });
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} onVoiceNote={onVoiceNote} />));
    await userEvent.click(screen.getByRole('button', { name: 'Leave a voice note' }));
    expect(engine.dismiss).toHaveBeenCalledOnce();
    expect(onVoiceNote).toHaveBeenCalledWith('b');
  });

  it('one sheet has its duration and quality, and the ways on', async () => {
    const onWrite = vi.fn();
    const { engine, asEngine } = fakeEngine(ended('completed'));
    render(frame(<CallLayer engine={asEngine} onWrite={onWrite} />));
    expect(screen.getByText('1:01')).toBeVisible();
    expect(screen.getByText('Good')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Call again' }));
    expect(engine.callAgain).toHaveBeenCalledOnce();
    await userEvent.click(screen.getByRole('button', { name: 'Write' }));
    expect(onWrite).toHaveBeenCalledWith('b');
  });
});

describe('the whole of it', () => {
  it('shows a real engine’s call from the ring to the sheet', async () => {
    const exchange = new Exchange();
    const clock = new FakeClock();
    const [ann, ben] = [new FakePage(exchange, clock, 'ann'), new FakePage(exchange, clock, 'ben')];
    ben.devices = new FakeDevices();
    render(frame(<CallLayer engine={ben.engine} onWrite={undefined} />));
    await act(() => ann.engine.start('ben', 'Ben', 'audio').then(settle));
    expect(screen.getByRole('alertdialog', { name: 'Name of ann' })).toBeVisible();
    fireEvent.click(screen.getByRole('button', { name: 'Accept' }));
    await act(settle);
    expect(screen.getByRole('dialog', { name: 'Call with Name of ann' })).toBeVisible();
    ann.engine.hangUp();
    await act(settle);
    expect(screen.getByRole('heading', { name: 'Call ended' })).toBeVisible();
  });
});

describe('the check before a call', () => {
  const CHECK: Partial<CallView> = { stage: 'preparing', checking: true, link: 'connecting', local: {} as MediaStream };
  const show = (view: Partial<CallView>) => {
    const fake = fakeEngine({ ...CHECK, ...view });
    render(frame(<CallLayer engine={fake.asEngine} onWrite={undefined} />));
    return fake;
  };

  it('calls, goes back and tries a device again', async () => {
    const { engine, session } = show({ problem: { kind: 'busy', device: 'microphone' }, microphone: 'none', camera: 'off' });
    expect(screen.getByText('Your microphone is used by another app.')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(engine.retry).toHaveBeenCalledOnce();
    await userEvent.click(screen.getByRole('button', { name: 'Call without microphone' }));
    expect(engine.proceed).toHaveBeenCalledOnce();
    await userEvent.keyboard('{Escape}');
    expect(engine.leaveCheck).toHaveBeenCalledOnce();
    expect(session.toggleCamera).not.toHaveBeenCalled();
  });

  test.each<[string, Partial<CallView>, string]>([
    ['all there', {}, 'Call now'],
    ['by voice', { kind: 'audio', camera: 'off' }, 'Call now'],
    ['the camera used by another app', { camera: 'off', note: { kind: 'busy', device: 'camera' } }, 'Call without camera'],
    ['no microphone', { microphone: 'none', camera: 'off', problem: { kind: 'missing', device: 'microphone' } }, 'Call without microphone'],
    ['a ring', { stage: 'incoming', direction: 'incoming' }, 'Answer now'],
  ])('with %s is accessible and says what its button does', async (_, view, words) => {
    show(view);
    expect(screen.getByRole('button', { name: words })).toBeEnabled();
    expect(await seriousOnes()).toEqual([]);
  });

  it('waits for the browser’s prompt, with a sentence why', () => {
    show({ microphone: 'none', camera: 'off', asking: ['microphone', 'camera'] });
    expect(screen.getByRole('button', { name: 'Call now' })).toBeDisabled();
    expect(screen.getAllByText(/^Your browser is going to ask for the microphone and the camera/)[0]).toBeVisible();
  });

  it('is remembered as a wish for every call', async () => {
    show({});
    await userEvent.click(screen.getByRole('checkbox', { name: 'Check before every call' }));
    expect(checkFirst.value).toBe(true);
    checkFirst.set(false);
  });
});

describe('a voice that nobody hears', () => {
  it('is said politely, and can be put right or put away', async () => {
    const { session, asEngine } = fakeEngine({ voiceHint: 'muted', microphone: 'muted' });
    render(frame(<CallLayer engine={asEngine} onWrite={undefined} />));
    expect(document.querySelector('[aria-live="polite"]')).toHaveTextContent(/^You are speaking, but you are muted/);
    const [first] = screen.getAllByRole('button', { name: 'Unmute' });
    if (first) await userEvent.click(first);
    expect(session.toggleMicrophone).toHaveBeenCalledOnce();
    await userEvent.click(screen.getByRole('button', { name: "Don't say this again in this call" }));
    expect(session.hearing.dismiss).toHaveBeenCalledOnce();
    expect(await seriousOnes()).toEqual([]);
  });
});
