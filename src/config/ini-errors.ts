import type { Scan } from './ini.ts';
import { printed } from './python-text.ts';
import type { TextFile } from './text-file.ts';

/** A file that cannot be taken apart: not UTF-8, or not INI. */
export type SyntaxFailure = Exclude<Scan, { type: 'entries' }> | Extract<TextFile, { type: 'undecodable' }>;

/** What Python's parser says about it, line by line. `file` as it was named. */
export function syntaxMessage(failure: SyntaxFailure, file: string): string {
  switch (failure.type) {
    case 'no section': {
      const { line, shown } = failure.bad;
      return `File contains no section headers.\nfile: ${printed(file)}, line: ${line}\n${shown}`;
    }
    case 'bad lines': {
      const lines = failure.bad.map(({ line, shown }) => `\n\t[line ${String(line).padStart(2)}]: ${shown}`);
      return `Source contains parsing errors: ${printed(file)}${lines.join('')}`;
    }
    case 'undecodable': {
      const byte = failure.byte.toString(16).padStart(2, '0');
      return `'utf-8' codec can't decode byte 0x${byte} in position ${failure.offset}: ${failure.why}`;
    }
    default:
      return failure satisfies never;
  }
}
