/** Our mark: a speech bubble whose tail is a leaf. The same path is in index.html and public/favicon.svg. */
export const MARK_PATH =
  'M26 4C14.4 4 6 11 6 20c0 4.6 2.2 8.6 5.7 11.5C5.5 33.5 2.5 38.5 3 45c7.5.8 14.3-2.2 17.3-9.5 1.8.3 3.7.5 5.7.5 11.6 0 20-7 20-16S37.6 4 26 4ZM5.8 42.3C8.5 37.8 11.8 34.9 16 32.8 12.9 36.2 9.7 39.3 5.8 42.3Z';

export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      <path fillRule="evenodd" d={MARK_PATH} fill="var(--leaf-mark)" />
    </svg>
  );
}
