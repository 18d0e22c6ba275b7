import { IconFileDownload } from '@tabler/icons-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { m } from '../../../shared/i18n';
import classes from './DropZone.module.css';
import { filesOf, hasFiles } from './transfer';

interface Props {
  name: string;
  onFiles: (files: File[]) => void;
}

/**
 * While files are dragged over the window, the conversation says that they can be let go here. Beside it nothing happens,
 * least of all what browsers do by themselves: leave the page and show the file.
 */
export function DropZone({ name, onFiles }: Props) {
  const zone = useRef<HTMLDivElement>(null);
  const [dragging, setDragging] = useState(false);
  const depth = useRef(0);

  const onDrag = useEffectEvent((event: DragEvent) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    if (event.type === 'dragenter') depth.current += 1;
    if (event.type === 'dragleave') depth.current -= 1;
    if (event.type === 'drop') depth.current = 0;
    setDragging(depth.current > 0);
    const host = zone.current?.parentElement;
    const inside = event.target instanceof Node && (host?.contains(event.target) ?? false);
    if (event.type === 'dragover' && event.dataTransfer) event.dataTransfer.dropEffect = inside ? 'copy' : 'none';
    if (event.type === 'drop' && inside) onFiles(filesOf(event.dataTransfer));
  });
  useEffect(() => {
    const listener = (event: DragEvent) => onDrag(event);
    const names = ['dragenter', 'dragover', 'dragleave', 'drop'] as const;
    for (const each of names) window.addEventListener(each, listener);
    return () => {
      for (const each of names) window.removeEventListener(each, listener);
    };
  }, []);
  return (
    <div ref={zone} className={classes.zone} hidden={!dragging}>
      <p className={classes.words}><IconFileDownload size={32} stroke={1.5} aria-hidden /> {m.attach_drop({ name })}</p>
    </div>
  );
}
