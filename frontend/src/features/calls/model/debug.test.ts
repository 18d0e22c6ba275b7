import { describe, expect, it, test, vi } from 'vitest';
import { FakeClock } from '../testing/fakes';
import { CallLog, candidateText } from './debug';

const make = (on = false) => new CallLog(new FakeClock(), () => on);
const written = (detail: string) => {
  const log = make();
  log.write('x', detail);
  return log.text().trimEnd().split('x ').at(-1);
};

describe('the log of calls', () => {
  test.each([
    ['typ host 192.168.1.20 9', 'typ host ipv4-1 9'],
    ['10.0.0.1 to 10.0.0.2 and 10.0.0.1', 'ipv4-1 to ipv4-2 and ipv4-1'],
    ['2001:db8::1 5', 'ipv6-1 5'],
    ['2001:DB8:0:0:1:2:3:4', 'ipv6-1'],
    ['fe80::1%eth0 up', 'ipv6-1 up'],
    ['::1', 'ipv6-1'],
    ['::ffff:192.0.2.7', 'ipv6-1'],
    ['64:ff9b::192.0.2.33', 'ipv6-1'],
    ['[2001:db8::1]:3478', '[ipv6-1]:3478'],
    ['0b6ab2c8-7a51-4a9e-9b0e-0c2f0d7f21c4.local', '0b6ab2c8-7a51-4a9e-9b0e-0c2f0d7f21c4.local'],
    ['down to small: loss', 'down to small: loss'],
  ])('has %s as %s', (detail, masked) => {
    expect(written(detail)).toBe(masked);
  });

  it('gives an address the same name throughout, and no name to more than it can hold', () => {
    const log = make();
    for (let n = 0; n < 300; n += 1) log.write('at', `10.0.${Math.floor(n / 250)}.${n % 250}`);
    log.write('at', '10.0.0.0');
    const lines = log.text().trimEnd().split('\n');
    expect(lines.at(-1)).toMatch(/at ipv4-1$/);
    expect(lines.at(-2)).toMatch(/at ipv4-more$/);
  });

  it('keeps the last thousand lines, none of them long', () => {
    const log = make();
    for (let n = 0; n < 1_500; n += 1) log.write('line', n);
    log.write('long', 'y'.repeat(10_000));
    const lines = log.text().trimEnd().split('\n');
    expect(lines).toHaveLength(1_000);
    expect(lines[0]).toMatch(/line 501$/);
    expect(lines.at(-1)?.length).toBeLessThan(400);
  });

  it('is written to the console too where the switch is on, masked', () => {
    const debug = vi.spyOn(console, 'debug').mockImplementation(() => undefined);
    make().write('to', '192.0.2.1');
    expect(debug).not.toHaveBeenCalled();
    make(true).write('to', '192.0.2.1');
    expect(debug).toHaveBeenCalledWith('[webrtc]', 'to', 'ipv4-1');
    debug.mockRestore();
  });
});

it('has of a candidate what tells one way from another', () => {
  const line = 'candidate:842163049 1 udp 1677729535 203.0.113.9 46154 typ srflx raddr 10.0.0.1 rport 0 generation 0 ufrag EsAw';
  expect(candidateText(line)).toBe('udp 203.0.113.9 46154 srflx');
  expect(candidateText('candidate:1 1 TCP 5 ::1 9 typ host tcptype active ufrag a')).toBe('tcp ::1 9 host active');
  expect(candidateText('')).toBe('end');
});
