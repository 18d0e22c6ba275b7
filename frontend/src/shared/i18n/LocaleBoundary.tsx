import { createContext, Fragment, useCallback, useContext, useLayoutEffect, useState, type ReactNode } from 'react';
import { getLocale, setLocale } from './generated/runtime.js';

type Locale = ReturnType<typeof getLocale>;

const ChangeContext = createContext<(locale: Locale) => void>(() => undefined);

/** Changes the language without loading the page again, which would end a call. */
export const useChangeLocale = () => useContext(ChangeContext);

/** Everything inside is built anew, in the new language, when it changes. */
export function LocaleBoundary({ children }: { children: ReactNode }) {
  const [locale, show] = useState<Locale>(() => getLocale());
  useLayoutEffect(() => {
    document.documentElement.lang = locale;
  }, [locale]);
  const change = useCallback((next: Locale) => {
    void setLocale(next, { reload: false });
    show(next);
  }, []);
  return (
    <ChangeContext.Provider value={change}>
      <Fragment key={locale}>{children}</Fragment>
    </ChangeContext.Provider>
  );
}
