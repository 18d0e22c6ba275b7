import { expect, it, test } from 'vitest';
import { actionOf, type Pressed } from '../../../shared/media/keys';
import { CALL_KEYS } from './keys';

const press = (key: string, with_: Partial<Pressed> = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, repeat: false, ...with_ });

test.each([
  ['m', 'microphone'], ['M', 'microphone'], ['c', 'camera'], ['s', 'screen'], ['f', 'fullscreen'], ['i', 'figures'], ['?', 'keys'],
  ['x', undefined], ['l', undefined], ['Enter', undefined], ['Escape', undefined],
])('%s is %s', (key, action) => {
  expect(actionOf(CALL_KEYS, press(key), false)).toBe(action);
});

it('is nothing while somebody types, with another key, or held', () => {
  expect(actionOf(CALL_KEYS, press('m'), true)).toBeUndefined();
  for (const held of ['ctrlKey', 'metaKey', 'altKey', 'repeat'] as const) expect(actionOf(CALL_KEYS, press('m', { [held]: true }), false)).toBeUndefined();
});
