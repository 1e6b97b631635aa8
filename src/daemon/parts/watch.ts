import { FileWatch, type FileWatchRequest } from '../watching/file-watch.ts';

export type { FileWatchRequest };

/** Watches files until it is closed. @throws never: what cannot be watched is told to `onTrouble`. */
export function watchFiles(request: FileWatchRequest): { close(): void } {
  return new FileWatch(request);
}
