import { Link } from '@tanstack/react-router';
import { m } from '../shared/i18n';
import { StateNote } from '../shared/ui';

export function NotFound() {
  return (
    <main style={{ height: '100%' }}>
      <StateNote title={m.not_found_title()} action={<Link to="/">{m.not_found_home()}</Link>} />
    </main>
  );
}
