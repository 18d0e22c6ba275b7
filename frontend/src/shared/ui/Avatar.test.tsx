import { fireEvent, render } from '@testing-library/react';
import { expect, it } from 'vitest';
import { Avatar } from './Avatar';
import { initials } from './initials';

it.each([
  ['Amara Okafor', 'AO'], ['Dr. Amara Okafor', 'AO'], ['Frau Weiss', 'W'], ['mia', 'M'], ['Maria  del Carmen (Praxis) Ruiz', 'MR'], ['Ødegård Å', 'ØÅ'], ['Dr.', 'D'], ['', '?'],
])('calls %j %s', (name, letters) => {
  expect(initials(name)).toBe(letters);
});

it('shows the initials until the picture is there, and again where it can’t be had', () => {
  const of = (image: string | null) => <Avatar id="a" name="Mia Jones" image={image} />;
  const { container, rerender, getByText } = render(of('https://chat.example.org/api/uploads/1?expires=9'));
  const picture = () => container.querySelector('img');
  // It comes from where the page came from.
  expect(picture()).toHaveAttribute('src', '/api/uploads/1?expires=9');
  expect(picture()).not.toHaveAttribute('data-loaded');
  const first = picture();
  if (first) fireEvent.load(first);
  expect(picture()).toHaveAttribute('data-loaded');

  rerender(of('https://chat.example.org/api/uploads/1?expires=10'));
  expect(picture()).toBe(first);
  expect(picture()).toHaveAttribute('data-loaded');
  rerender(of('https://chat.example.org/api/uploads/2?expires=10'));
  expect(picture()).not.toHaveAttribute('data-loaded');
  const second = picture();
  if (second) fireEvent.error(second);
  expect(picture()).not.toHaveAttribute('data-loaded');
  rerender(of(null));
  expect(picture()).toBeNull();
  expect(getByText('MJ')).toBeInTheDocument();
});
