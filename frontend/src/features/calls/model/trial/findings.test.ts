import { describe, expect, it, test } from 'vitest';
import { type Findings, lightOf, parseResult, verdictOf, waysOf } from './findings';

const works = { what: 'works' } as const;
const blocked = { what: 'blocked' } as const;
const speed = (bps: number, roundTripMs = 40) => ({ what: 'speed', bps, roundTripMs }) as const;
const GOOD: Findings = { camera: works, microphone: works, speaker: works, direct: works, udp: works, tcp: works, tls: works, speed: speed(4_000_000) };

describe('the verdict', () => {
  test.each<[string, Findings, 'green' | 'amber' | 'red']>([
    ['all works', GOOD, 'green'],
    ['UDP is blocked and TLS is open', { ...GOOD, direct: blocked, udp: blocked, tcp: blocked }, 'amber'],
    ['nothing gets out', { ...GOOD, direct: blocked, udp: blocked, tcp: blocked, tls: blocked, speed: { what: 'none' } }, 'red'],
    ['the practice has no relay', { camera: works, microphone: works, direct: works, relay: { what: 'none' }, speed: { what: 'none' } }, 'amber'],
    ['no relay, and no way out either', { camera: works, microphone: works, direct: blocked, relay: { what: 'none' }, speed: { what: 'none' } }, 'red'],
    ['the camera is used by another app', { ...GOOD, camera: { what: 'problem', problem: { kind: 'busy', device: 'camera' } } }, 'amber'],
    ['the microphone is not allowed', { ...GOOD, microphone: { what: 'problem', problem: { kind: 'denied', device: 'microphone' } } }, 'red'],
    ['the person was silent', { ...GOOD, microphone: { what: 'silent' } }, 'amber'],
    ['the bell was not heard', { ...GOOD, speaker: { what: 'unheard' } }, 'red'],
    ['there is enough for a small picture', { ...GOOD, speed: speed(400_000) }, 'amber'],
    ['there is too little to talk', { ...GOOD, speed: speed(30_000) }, 'red'],
    ['it is fast and far away', { ...GOOD, speed: speed(4_000_000, 700) }, 'amber'],
  ])('when %s', (_, findings, light) => {
    expect(verdictOf(findings)).toBe(light);
  });

  it('of a way that is blocked depends on whether there is another', () => {
    expect(lightOf('udp', { ...GOOD, udp: blocked })).toBe('amber');
    expect(lightOf('udp', { udp: blocked, direct: blocked })).toBe('red');
  });
});

it('sorts addresses by their way, with the credentials of each', () => {
  const ways = waysOf([
    { urls: 'stun:one.example:3478' },
    { urls: ['turn:one.example:3478?transport=udp', 'turn:one.example:3478?transport=tcp', 'turns:one.example:443?transport=tcp'], username: 'u', credential: 'c' },
    { urls: ['turn:two.example', 'http://three.example', 'stuns:four.example'] },
  ]);
  expect(ways.direct).toEqual([{ urls: 'stun:one.example:3478' }]);
  expect(ways.udp.map(({ urls }) => urls)).toEqual(['turn:one.example:3478?transport=udp', 'turn:two.example']);
  expect(ways.tcp).toEqual([{ urls: 'turn:one.example:3478?transport=tcp', username: 'u', credential: 'c' }]);
  expect(ways.tls.map(({ urls }) => urls)).toEqual(['turns:one.example:443?transport=tcp']);
});

describe('what is stored', () => {
  it('comes back as it was', () => {
    const result = { at: 5, findings: { ...GOOD, camera: { what: 'problem', problem: { kind: 'busy', device: 'camera' } } } };
    expect(parseResult(JSON.stringify(result))).toEqual(result);
  });

  test.each(['', 'null', '{', '5', '{"at":1}', '{"at":"1","findings":{}}', '{"at":1,"findings":null}'])('%j is no result', (text) => {
    expect(parseResult(text)).toBeUndefined();
  });

  it('is taken for what it is worth', () => {
    const text = '{"at":1,"findings":{"camera":{"what":"magic"},"speed":{"what":"speed","bps":"fast"},"microphone":{"what":"problem"},"udp":{"what":"works"},"oven":{"what":"works"}}}';
    expect(parseResult(text)).toEqual({ at: 1, findings: { udp: works } });
  });
});
