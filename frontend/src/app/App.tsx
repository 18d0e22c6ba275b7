import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { SessionContext, type Session } from '../features/auth';
import { codeOf, isTransient } from '../shared/lib/errors';
import { LocaleBoundary } from '../shared/i18n';
import type { Readable } from '../shared/lib/observable';
import { LiveRegion } from '../shared/ui';
import type { Personal } from './personal';
import { createAppRouter } from './router';
import { theme } from './theme';
import { PersonalContext } from './usePersonal';

// Keep the key in step with public/appearance.js, which paints before this runs.
const colorScheme = localStorageColorSchemeManager({ key: 'mantine-color-scheme-value' });

function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) => failures < 2 && isTransient(codeOf(error)),
      },
    },
  });
}

export function App({ session, personal }: { session: Session; personal: Readable<Personal | null> }) {
  const [router] = useState(createAppRouter);
  const [queries] = useState(createQueryClient);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colorScheme}>
      <QueryClientProvider client={queries}>
        <SessionContext.Provider value={session}>
          <PersonalContext.Provider value={personal}>
            <LiveRegion>
              <LocaleBoundary>
                <RouterProvider router={router} />
              </LocaleBoundary>
            </LiveRegion>
          </PersonalContext.Provider>
        </SessionContext.Provider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
