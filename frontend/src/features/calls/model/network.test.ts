import { beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../testing/fakes';
import { browserNetwork, type Connectivity } from './network';

let clock: FakeClock;
let page: EventTarget;
let connectivity: Connectivity & EventTarget;
let heard: string[];
let stop: () => void;

beforeEach(() => {
  clock = new FakeClock();
  page = new EventTarget();
  connectivity = Object.assign(new EventTarget(), { type: 'wifi' });
  heard = [];
  stop = browserNetwork(clock, page, connectivity).watch((why) => heard.push(why));
});

it('hears that the browser is online again', () => {
  page.dispatchEvent(new Event('online'));
  expect(heard).toEqual(['online']);
});

it('tells another kind of network from another guess at its speed', () => {
  connectivity.dispatchEvent(new Event('change'));
  expect(heard).toEqual([]);
  connectivity.type = 'none';
  connectivity.dispatchEvent(new Event('change'));
  expect(heard).toEqual([]);
  connectivity.type = 'cellular';
  connectivity.dispatchEvent(new Event('change'));
  expect(heard).toEqual(['interface']);
});

it('notices that the machine has slept, and not that a page was hidden', async () => {
  await clock.advance(60_000);
  page.dispatchEvent(new Event('visibilitychange'));
  expect(heard).toEqual([]);
  clock.sleep(40_000);
  page.dispatchEvent(new Event('visibilitychange'));
  expect(heard).toEqual(['woke']);
  await clock.advance(60_000);
  expect(heard).toEqual(['woke']);
  clock.sleep(40_000);
  await clock.advance(0);
  expect(heard).toEqual(['woke', 'woke']);
});

it('listens no more once it is told to stop', async () => {
  stop();
  page.dispatchEvent(new Event('online'));
  clock.sleep(60_000);
  await clock.advance(60_000);
  expect(heard).toEqual([]);
});
