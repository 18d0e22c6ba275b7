import { expect, it } from 'vitest';
import { placeIn } from './square';

it.each([
  ['the middle of a wide one', { width: 400, height: 200 }, { fit: 'fill', at: 0.5 }, { x: -50, y: 0, width: 200, height: 100 }],
  ['the top of a high one', { width: 200, height: 400 }, { fit: 'fill', at: 0 }, { x: 0, y: 0, width: 100, height: 200 }],
  ['the foot of a high one', { width: 200, height: 400 }, { fit: 'fill', at: 1 }, { x: 0, y: -100, width: 100, height: 200 }],
  ['nothing beyond its end', { width: 200, height: 400 }, { fit: 'fill', at: 7 }, { x: 0, y: -100, width: 100, height: 200 }],
  ['the whole, in the middle, wherever the other would be cut', { width: 400, height: 200 }, { fit: 'whole', at: 0 }, { x: 0, y: 25, width: 100, height: 50 }],
  ['a small one made larger', { width: 10, height: 10 }, { fit: 'fill', at: 0.5 }, { x: 0, y: 0, width: 100, height: 100 }],
] as const)('draws %s', (_, size, square, place) => {
  const drawn = placeIn(100, size, square);
  for (const [key, value] of Object.entries(place)) expect(drawn[key as keyof typeof place], key).toBeCloseTo(value);
});
