import '@fontsource-variable/inter/wght.css';
import './app/mantineStyles';
import './app/theme.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App';
import { watchPersonal } from './app/personal';
import { createBrowserSession } from './features/auth';

const session = createBrowserSession();
const personal = watchPersonal(session);
void session.start();

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App session={session} personal={personal} />
    </StrictMode>,
  );
}
