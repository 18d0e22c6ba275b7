import { createContext, useContext } from 'react';

/** What calls need of chat: the address of somebody's picture, where there is one. */
export const FacesContext = createContext<(userId: string) => string | null>(() => null);

export const useFace = (userId: string): string | null => useContext(FacesContext)(userId);
