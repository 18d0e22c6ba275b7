/** The files in what was dropped or pasted; folders are no files. */
export function filesOf(data: DataTransfer | null): File[] {
  if (!data) return [];
  const fromItems = [...data.items].flatMap((item) => {
    if (item.kind !== 'file' || item.webkitGetAsEntry()?.isDirectory === true) return [];
    const file = item.getAsFile();
    return file ? [file] : [];
  });
  return data.items.length > 0 ? fromItems : [...data.files];
}

/** Something with files is being dragged. */
export const hasFiles = (data: DataTransfer | null): boolean => data?.types.includes('Files') ?? false;

/**
 * Whether a paste is meant as files: programs that copy a table or a text put a picture of it beside the words, and then the
 * words are meant.
 */
export function isPasteOfFiles(data: DataTransfer | null): boolean {
  return hasFiles(data) && !(data?.types.includes('text/plain') ?? false);
}
