import {
  IconFile, IconFileMusic, IconFileSpreadsheet, IconFileText, IconFileTypePdf, IconFileZip, IconMovie, IconPhoto, IconPresentation,
} from '@tabler/icons-react';
import { categoryOf, type Category } from '../../../shared/lib/fileKind';
import { ICON } from '../../../shared/ui';

const ICONS: Record<Category, typeof IconFile> = {
  image: IconPhoto, audio: IconFileMusic, video: IconMovie, pdf: IconFileTypePdf, text: IconFileText, table: IconFileSpreadsheet,
  slides: IconPresentation, archive: IconFileZip, other: IconFile,
};

export function FileIcon({ name, type, size = 20 }: { name: string; type: string; size?: number }) {
  const Icon = ICONS[categoryOf(name, type)];
  return <Icon {...ICON} size={size} />;
}
