// For the moment only: the engineer `text` replaces this file (in a conflict take theirs).
export const clean = (s: string): string => s.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
export const widthOf = (s: string): number => [...s].length;
export const cut = (s: string, w: number): string => ([...s].length <= w ? s : [...s].slice(0, w).join(''));
export const pad = (s: string, w: number, a: 'left' | 'right' = 'left'): string =>
  a === 'right' ? s.padStart(w) : s.padEnd(w);
