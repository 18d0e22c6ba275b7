import { describe, expect, it, vi } from 'vitest';
import { hereAddress } from '../../../shared/lib/addresses';
import { categoryOf, shortName, renamed } from '../../../shared/lib/fileKind';
import { sizeText } from './limits';
import { LocalUrls } from './localUrls';
import { boxOf } from './media';
import { mealsOf, preferencesOf } from './plan';
import { doubleClicked, MAX_SCALE, moved, WHOLE, zoomedAt } from './zoom';

it.each([
  ['a.pdf', 'application/pdf', 'pdf'], ['a.PDF', '', 'pdf'], ['a.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'text'],
  ['a.csv', 'text/csv', 'table'], ['photo.JPG', '', 'image'], ['a.svg', 'image/svg+xml', 'other'], ['a.svg', '', 'other'], ['a', '', 'other'],
  ['a.zip', 'application/zip', 'archive'], ['a.mp4', 'video/mp4', 'video'], ['a.mp3', 'audio/mpeg', 'audio'], ['notes', 'text/plain', 'text'],
] as const)('%s of type "%s" is %s', (name, type, category) => expect(categoryOf(name, type)).toBe(category));

it('names a picture by what it has become', () => {
  expect(renamed('IMG_1.HEIC', 'image/jpeg')).toBe('IMG_1.jpg');
  expect(renamed('a.jpeg', 'image/jpeg')).toBe('a.jpeg');
  expect(renamed('image', 'image/png')).toBe('image.png');
});

it('cuts a long name in its middle', () => {
  expect(shortName('report.pdf')).toBe('report.pdf');
  const long = shortName(`Blood report ${'of the laboratory '.repeat(9)}spring 2026.pdf`);
  expect(long).toMatch(/^Blood report of the laboratory.*….*2026\.pdf$/);
  expect(Array.from(long).length).toBeLessThanOrEqual(56);
});

it.each([[0, '0 B'], [900, '900 B'], [2048, '2 kB'], [1_572_864, '1.5 MB'], [16 * 1024 * 1024, '16 MB']])('says %d bytes as %s', (bytes, text) =>
  expect(sizeText(bytes).replace('\u00a0', ' ')).toBe(text));

it('takes addresses from where the page came from, and no others', () => {
  expect(hereAddress('https://practice.example/files/a.jpg?sig=1', 'http://10.0.0.2:3000')).toBe('/files/a.jpg?sig=1');
  expect(hereAddress('javascript:alert(1)', 'http://10.0.0.2:3000')).toBeUndefined();
  expect(hereAddress(undefined)).toBeUndefined();
});

describe('the room of a picture', () => {
  it.each([
    [{ width: 4000, height: 3000 }, { width: 320, height: 240 }],
    [{ width: 1000, height: 4000 }, { width: 120, height: 360 }],
    [{ width: 16, height: 16 }, { width: 120, height: 120 }],
    [{}, { width: 240, height: 180 }],
  ])('of %o is %o', (size, box) => expect(boxOf(size)).toEqual(box));
});

describe('zoom', () => {
  const frame = { width: 400, height: 200 };

  it('keeps what is under the pointer where it is', () => {
    const at = { x: 50, y: -20 };
    const zoom = zoomedAt(WHOLE, 2, at, frame);
    expect(zoom).toEqual({ scale: 2, x: -50, y: 20 });
    // The point of the picture under the pointer, before and after.
    expect((at.x - zoom.x) / zoom.scale).toBe(at.x);
  });

  it('has bounds', () => {
    expect(zoomedAt(WHOLE, 100, { x: 0, y: 0 }, frame).scale).toBe(MAX_SCALE);
    expect(zoomedAt({ scale: 2, x: 30, y: 0 }, 0.1, { x: 0, y: 0 }, frame)).toEqual(WHOLE);
    expect(moved({ scale: 2, x: 0, y: 0 }, 999, -999, frame)).toEqual({ scale: 2, x: 200, y: -100 });
    expect(moved(WHOLE, 50, 50, frame)).toEqual(WHOLE);
  });

  it('goes in and out by double click', () => {
    const zoomed = doubleClicked(WHOLE, { x: 10, y: 10 }, frame);
    expect(zoomed.scale).toBe(2.5);
    expect(doubleClicked(zoomed, { x: 10, y: 10 }, frame)).toEqual(WHOLE);
  });
});

it('keeps so many addresses and lets the oldest go', () => {
  const gone: string[] = [];
  let made = 0;
  vi.stubGlobal('URL', Object.assign(URL, { createObjectURL: () => `blob:${(made += 1)}`, revokeObjectURL: (url: string) => gone.push(url) }));
  const urls = new LocalUrls(2);
  for (const key of ['a', 'b', 'b', 'c']) urls.add(key, new Blob());
  expect([urls.get('a'), urls.get('b'), urls.get('c')]).toEqual([undefined, 'blob:2', 'blob:3']);
  expect(gone).toEqual(['blob:1']);
});

describe('plans of other programs', () => {
  it('reads meals in the shapes there are', () => {
    expect(mealsOf([
      { name: 'Breakfast', time: '07:00', items: ['Yoghurt', 'Oats'], calories: 420 },
      { mealType: 'Lunch', foods: [{ name: 'Lentils', quantity: 200, unit: 'g' }, { food: 'Bread' }], totalCalories: '560' },
      { description: 'An apple' },
      'Two dates', 7, null, {}, { n: 'Brot' },
    ])).toEqual([
      { title: 'Breakfast', time: '07:00', items: ['Yoghurt', 'Oats'], calories: '420' },
      { title: 'Lunch', items: ['Lentils, 200 g', 'Bread'], calories: '560' },
      { title: '', items: ['An apple'] },
      { title: 'Two dates', items: [] }, { title: '7', items: [] }, { title: 'Brot', items: [] },
    ]);
    for (const value of [undefined, null, 'x', {}, [[]], [{ items: {} }]]) expect(mealsOf(value)).toEqual([]);
    expect(mealsOf(new Array(1000).fill('x'))).toHaveLength(40);
  });

  it('reads preferences of any kind', () => {
    expect(preferencesOf({ diet: 'Mediterranean', avoid: ['pork', 'nuts'], lowSalt: true, vegan: false, note: '' })).toEqual([
      { name: 'Diet', value: 'Mediterranean' }, { name: 'Avoid', value: 'pork, nuts' }, { name: null, value: 'Low salt' },
    ]);
    expect(preferencesOf('vegan')).toEqual([{ name: null, value: 'vegan' }]);
    expect(preferencesOf(['vegan', 'no nuts'])).toEqual([{ name: null, value: 'vegan, no nuts' }]);
    for (const value of [undefined, null, false, [], {}]) expect(preferencesOf(value)).toEqual([]);
  });
});
