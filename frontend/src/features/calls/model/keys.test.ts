import { expect, it, test } from 'vitest';
import { actionOf } from './keys';

const press = (key: string, with_: Partial<Parameters<typeof actionOf>[0]> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...with_ });

test.each([
  ['m', 'microphone'], ['M', 'microphone'], ['c', 'camera'], ['s', 'screen'], ['f', 'fullscreen'], ['i', 'figures'], ['?', 'keys'],
  ['x', undefined], ['l', undefined], ['Enter', undefined], ['Escape', undefined],
])('%s is %s', (key, action) => {
  expect(actionOf(press(key), false)).toBe(action);
});

it('is nothing while somebody types, with another key, or held', () => {
  expect(actionOf(press('m'), true)).toBeUndefined();
  for (const held of ['ctrlKey', 'metaKey', 'altKey', 'repeat'] as const) expect(actionOf(press('m', { [held]: true }), false)).toBeUndefined();
});
