import { expect, test } from 'vitest';
import { isProgram, safeMime, safeName } from './name';

test.each([
  ['report.pdf', 'report.pdf'],
  ['Befund März (2).pdf', 'Befund März (2).pdf'],
  ['../../etc/passwd', '__.._etc_passwd'],
  ['C:\\Windows\\x.dll', 'C__Windows_x.dll'],
  ['.bashrc', '_bashrc'],
  ['invoice\u202efdp.exe', 'invoice_fdp.exe'],
  ['a\u0000b\nc.txt', 'a_b_c.txt'],
  ['CON.txt', '_CON.txt'],
  ['trailing. . .', 'trailing'],
  ['   ', 'file'],
  ['', 'file'],
  [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(100)}.pdf`],
  ['😀'.repeat(200), '😀'.repeat(100)],
])('%j is saved as %j', (name, safe) => {
  expect(safeName(name)).toBe(safe);
});

test('what a computer would run is known by the last ending', () => {
  expect(['a.exe', 'a.pdf.JS', 'a.svg', 'a.pdf', 'exe', 'a.exe.txt'].map(isProgram)).toEqual([true, true, true, false, false, false]);
});

test('a kind that is none is dropped', () => {
  expect([safeMime('Image/PNG'), safeMime('text/html; charset=utf-8'), safeMime('x'.repeat(200)), safeMime('')]).toEqual(['image/png', '', '', '']);
});
