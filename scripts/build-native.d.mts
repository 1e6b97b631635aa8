/** Builds what is older than its source, by default into dist/native, and answers the files that are now up to date. */
export function buildNative(options?: { outDir?: string }): string[];
