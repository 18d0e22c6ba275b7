import { m } from '../shared/i18n';

export function App() {
  return <h1>{m.app_name()}</h1>;
}
