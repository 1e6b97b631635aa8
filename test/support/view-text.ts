/** Rows of a view of the dashboard as the text that a person sees, a line each. */
import { expect } from 'vitest';
import type { Role, Row } from '../../src/ctl/dashboard/row.ts';
import { widthOf } from '../../src/ctl/dashboard/text.ts';

/** As literal text in a test: begins with a line feed, no blanks at the ends. Fails when a row is wider, or a key twice there. */
export function viewText(rows: readonly Row[], width: number): string {
  expect(new Set(rows.map(({ key }) => key)).size, 'every key once').toBe(rows.length);
  const lines = rows.map(({ line }) => line.map(({ text }) => text).join(''));
  expect(lines.filter((line) => widthOf(line) > width)).toEqual([]);
  return `\n${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** The words of a role, in their order. */
export function wordsOf(rows: readonly Row[], role: Role): string[] {
  return rows.flatMap(({ line }) => line.filter((piece) => piece.role === role).map(({ text }) => text.trim()));
}
