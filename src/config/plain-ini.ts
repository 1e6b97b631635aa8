/**
 * A quick way to a few sections of a long file. The control command needs three lines of a file that may hold a
 * thousand programs, and a cold JavaScript engine takes 6 ms to read a hundred of them line by line; one regular
 * expression sees in a tenth of that whether the file is plain:
 *
 *   [section]          alone on its line
 *   key = value        or `key: value`, at the beginning of its line; no `;` or `#` before the delimiter
 *   ; comment          or `#`, or nothing: at any depth
 *
 * and nothing before the first section. In such a file every line is what it looks like, whatever stands around it,
 * so that a section can be cut out. Any other file, a single line of a value that goes on in the next one, is left
 * whole to `scan`.
 */

// Python ends a line at CR and counts more characters as blanks than the three that are told apart here.
const oddSpace = '[\\r\\v\\f\\x1c-\\x1f\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const blankOrComment = '[ \\t]*(?:[;#]|$)';
const header = '\\[[^\\]\\[;#\\n]+\\][ \\t]*$';
const setting = '[^ \\t\\n[=:;#][^\\n=:;#]*[=:]';

/** Found where a line is none of the above. It only moves forward: no text makes it slow. */
const oddLine = new RegExp(`^(?!${blankOrComment}|${header}|${setting})|${oddSpace}`, 'm');
const firstContent = /^[^ \t\n;#]/m;

/**
 * The parts of `text` that are about the sections whose name `wanted` (a regular expression's source) matches, or all
 * of it. `scan` finds the same settings of these sections in either, at other lines.
 */
export function sectionsOf(text: string, wanted: string): string {
  if (oddLine.test(text) || firstContent.exec(text)?.[0] !== '[') return text;
  const start = new RegExp(`^\\[(?:${wanted})\\][ \\t]*$`, 'gm');
  let kept = '';
  for (let found = start.exec(text); found !== null; found = start.exec(text)) {
    const next = text.indexOf('\n[', found.index);
    const end = next < 0 ? text.length : next + 1;
    kept += text.slice(found.index, end);
    start.lastIndex = end;
  }
  return kept;
}
