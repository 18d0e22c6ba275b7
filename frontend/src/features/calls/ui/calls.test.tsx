import { MantineProvider } from '@mantine/core';
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { type ReactNode, StrictMode } from 'react';
import { beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { CallEngine } from '../model/engine';
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
  online: true, asking: [], problem: undefined, note: undefined, microphone: 'on', camera: 'on', local: undefined, remote: undefined,
  remotePicture: false, remoteMuted: false, remotePaused: false, rung: 'half', step: undefined, bytes: { in: 0, out: 0 }, sharing: { ...NO_SHARING, able: true }, devices: NO_DEVICES, chosen: {}, quality: 'good', acceptedAt: Date.now(), legacy: false,
  silenced: false, canRejoin: false, end: undefined,
};

function fakeEngine(view: Partial<CallView>) {
  const session = {
    toggleMicrophone: vi.fn(), toggleCamera: vi.fn(() => Promise.resolve()), silence: vi.fn(), closeNote: vi.fn(),
    choose: vi.fn(() => Promise.resolve()), chooseSpeaker: vi.fn(),
  };
  const engine = {
    view: new Store<CallView | null>({ ...BASE, ...view }), current: session, accept: vi.fn(() => Promise.resolve()), decline: vi.fn(),
    hangUp: vi.fn(), dismiss: vi.fn(), callAgain: vi.fn(() => Promise.resolve()), retry: vi.fn(() => Promise.resolve()),
    rejoin: vi.fn(() => Promise.resolve()),
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

describe('accessibility', () => {
  test.each<[string, Partial<CallView>]>([
    ['incoming', { stage: 'incoming', direction: 'incoming' }],
    ['asking for devices', { stage: 'preparing', asking: ['microphone', 'camera'] }],
    ['a device problem', { stage: 'preparing', problem: { kind: 'denied', device: 'microphone' } }],
    ['ringing', { stage: 'ringing' }],
    ['live', { note: { kind: 'missing', device: 'camera' }, quality: 'weak' }],
    ['live with a picture', { remotePicture: true, local: {} as MediaStream }],
    ['ended', ended('completed')],
    ['elsewhere', ended('elsewhere')],
    ['another tab', { stage: 'other-tab', canRejoin: true }],
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

  it('has what the call has used under More', async () => {
    render(frame(<CallLayer engine={fakeEngine({ bytes: { in: 12_340_000, out: 8_000_000 } }).asEngine} onWrite={undefined} />));
    await userEvent.click(screen.getByRole('button', { name: 'More' }));
    expect(screen.getByText('Data used: 12 MB received, 8.0 MB sent')).toBeVisible();
  });
});

describe('after a call', () => {
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
