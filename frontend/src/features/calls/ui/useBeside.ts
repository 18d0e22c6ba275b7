import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import type { Beside, BesideView } from '../model/beside';

export function useBeside(beside: Beside): BesideView {
  return useSyncExternalStore(beside.view.subscribe, beside.view.get);
}

/** While files are dragged over the call it says that they can be let go there; what lies under it hears nothing of that. */
export function useFileDrop(stage: HTMLElement | null, onFiles: ((files: File[]) => void) | undefined): boolean {
  const [over, setOver] = useState(false);
  const onDrag = useEffectEvent((event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    event.stopPropagation();
    event.dataTransfer.dropEffect = onFiles ? 'copy' : 'none';
    const left = event.type === 'dragleave' && !(event.relatedTarget instanceof Node && stage?.contains(event.relatedTarget));
    if (event.type === 'dragover') setOver(true);
    else if (left || event.type === 'drop') setOver(false);
    if (event.type === 'drop') onFiles?.([...event.dataTransfer.files]);
  });
  useEffect(() => {
    if (!stage) return undefined;
    const listener = (event: DragEvent) => onDrag(event);
    const names = ['dragenter', 'dragover', 'dragleave', 'drop'] as const;
    for (const name of names) stage.addEventListener(name, listener);
    return () => {
      for (const name of names) stage.removeEventListener(name, listener);
    };
  }, [stage]);
  return over && onFiles !== undefined;
}
