import { createContext, useContext } from 'react';

/** Opens the pictures of the conversation at the one with this row key. */
export const GalleryContext = createContext<(key: string) => void>(() => undefined);

export const useGallery = () => useContext(GalleryContext);
