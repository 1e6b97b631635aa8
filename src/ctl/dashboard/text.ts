/**
 * Foreign text made fit for a screen of columns. What a program writes may hold anything: `clean` leaves only what every
 * terminal draws with the same width, and nothing that one obeys. All else here counts columns of clean text.
 *
 * Where terminals disagree, the text gives way: emoji joined by ZWJ become their first one, flags their two letters,
 * variation selectors and skin tones go (they change a character's width in some terminals only).
 *
 * Widths: Unicode's East Asian Wide and Fullwidth blocks and Emoji_Presentation are two columns, combining marks none.
 */
import type { Piece, Role } from './row.ts';

const PLAIN = /^[\x20-\x7e]*$/;
const WIDE =
  /[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
const MARK = /[\p{Mn}\p{Me}]/u;

/** CSI, then the strings (OSC, DCS, SOS, PM, APC) with their end, then two-character sequences; 7 bits or 8 (ECMA-48). */
const SEQUENCE =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]/g;
const HAS_CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
const SGR = /\u001b\[([\d;:]*)m/;
/** Before the format characters go: what ZWJ joins to an emoji goes with it. */
const JOINED = /(\p{Extended_Pictographic})[\ufe0f\u{1f3fb}-\u{1f3ff}]*(?:\u200d\P{Cc}[\ufe0f\u{1f3fb}-\u{1f3ff}]*)+/gu;
const FLAG = /[\u{1f1e6}-\u{1f1ff}]/gu;
/** Selectors, keycaps, skin tones; signs that only direct (right-to-left overrides hide what is written) or are invisible. */
const UNSEEN = /[\ufe00-\ufe0f\u20e3\u{1f3fb}-\u{1f3ff}\u{e0100}-\u{e01ef}\u115f\u1160\u3164\uffa0\p{Cf}]/gu;
/** Parts of Hangul syllables that make none, and halves of surrogate pairs. */
const STRAY = /[\u1161-\u11ff\ud7b0-\ud7ff]|\p{Cs}/gu;
/** With nothing to stand upon they would stand upon the text before, whatever that is. */
const BARE_MARKS = /^\p{M}+/u;
const TOO_MANY_MARKS = /(\p{M}{3})\p{M}+/gu;
const TAB_COLUMNS = 8;

/** What stands for a character that cannot be shown. */
const PLACEHOLDER = '·';

/** The text without what a terminal obeys or draws in ways of its own; one line, tabs as spaces. */
export function clean(text: string): string {
  if (PLAIN.test(text)) return text;
  let out = text;
  if (HAS_CONTROL.test(out)) out = untabbed(out.replace(SEQUENCE, ''));
  return tamed(out);
}

function tamed(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFC')
    .replace(CONTROL, PLACEHOLDER)
    .replace(JOINED, '$1')
    .replace(FLAG, (letter) => String.fromCharCode((letter.codePointAt(0) ?? 0) - 0x1f1e6 + 0x41))
    .replace(UNSEEN, '')
    .replace(STRAY, PLACEHOLDER)
    .replace(BARE_MARKS, '')
    .replace(TOO_MANY_MARKS, '$1')
    .normalize('NFC'); // what has gone may have stood between two that become one
}

function untabbed(text: string, column = 0): string {
  if (!text.includes('\t')) return text;
  const [first = '', ...others] = text.split('\t');
  let out = first;
  let at = column + widthOf(tamed(first));
  for (const part of others) {
    const blanks = TAB_COLUMNS - (at % TAB_COLUMNS);
    out += ' '.repeat(blanks) + part;
    at += blanks + widthOf(tamed(part));
  }
  return out;
}

/** Columns of clean text. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

/** Columns of one character (one code point): 0, 1 or 2. */
export function columnsOf(character: string): 0 | 1 | 2 {
  if (character < '\u0300') return 1;
  // The bars, dots and frames of the dashboard itself, without a search: none of them is wide or a mark.
  if (character >= '\u2500' && character < '\u25fd') return 1;
  if (MARK.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** At most `width` columns; an ellipsis says that there was more. */
export function cut(text: string, width: number): string {
  if (width <= 0) return '';
  if (text.length * 2 <= width || widthOf(text) <= width) return text;
  return `${portion(text, 0, width - 1)}…`;
}

/** The columns from `from` up to `from + width`; of a wide character that is cut in two, a blank is left. */
export function portion(text: string, from: number, width: number): string {
  if (PLAIN.test(text)) return text.slice(from, from + Math.max(0, width));
  const end = from + width;
  let out = '';
  let at = 0;
  for (const character of text) {
    const next = at + columnsOf(character);
    const isMark = next === at;
    if (next > end && at < end && at >= from) return out + ' '.repeat(end - at);
    if (at >= end && !isMark) break;
    if (at >= from && (!isMark || out !== '')) out += character;
    else if (next > from && width > 0 && !isMark) out += ' ';
    at = next;
  }
  return out;
}

/** Exactly `width` columns: cut, or filled with blanks. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const fitting = cut(text, width);
  const blanks = ' '.repeat(Math.max(0, width - widthOf(fitting)));
  return align === 'right' ? blanks + fitting : fitting + blanks;
}

/** Lines of at most `width` columns, broken at a blank where there is one in their second half. */
export function wrap(text: string, width: number): string[] {
  if (width <= 0) return [];
  const lines: string[] = [];
  let rest = text;
  while (widthOf(rest) > width) {
    const head = headOf(rest, width);
    const blank = rest[head.length] === ' ' ? head.length : head.lastIndexOf(' ');
    const isWorth = blank > head.length / 2;
    lines.push(isWorth ? head.slice(0, blank) : head);
    rest = isWorth ? rest.slice(blank + 1) : rest.slice(head.length);
    // One column has no room for a wide character.
    if (head === '') {
      const [first = ''] = rest;
      lines[lines.length - 1] = PLACEHOLDER;
      rest = rest.slice(first.length);
    }
  }
  return rest === '' && lines.length > 0 ? lines : [...lines, rest];
}

/** The longest beginning that fits, marks included. */
function headOf(text: string, width: number): string {
  let at = 0;
  let length = 0;
  for (const character of text) {
    at += columnsOf(character);
    if (at > width) break;
    length += character.length;
  }
  return text.slice(0, length);
}

/** Foreign text as pieces with the colours that the program gave it, as roles; everything else of it as by `clean`. */
export function sgrPieces(text: string): Piece[] {
  if (!text.includes('\u001b[')) return [{ text: clean(text) }];
  const pieces: Piece[] = [];
  let role: Role = 'plain';
  let column = 0;
  // Parameters of the colours are at the odd places.
  for (const [index, part] of text.split(SGR).entries()) {
    if (index % 2 === 1) {
      role = roleAfter(role, part);
      continue;
    }
    const shown = HAS_CONTROL.test(part) ? tamed(untabbed(part.replace(SEQUENCE, ''), column)) : tamed(part);
    if (shown === '') continue;
    column += widthOf(shown);
    pieces.push(role === 'plain' ? { text: shown } : { text: shown, role });
  }
  return pieces.length === 0 ? [{ text: '' }] : pieces;
}

const colourRoles: readonly (Role | undefined)[] = [
  undefined, // black: may be the background
  'bad',
  'good',
  'warning',
  'accent',
  'accent',
  'accent',
  undefined,
];

/** What SGR parameters (ECMA-48, 8.3.117) make of the role. Colours of the palette of 256 and of RGB are passed over. */
function roleAfter(role: Role, parameters: string): Role {
  let next = role;
  const codes = parameters.split(/[;:]/).map(Number);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) at += codes[at + 1] === 5 ? 2 : 4;
    else if (code === 0 || code === 39) next = 'plain';
    else if (code === 1 && next === 'plain') next = 'title';
    else if ((code === 2 || code === 90) && next === 'plain') next = 'dim';
    else if (code >= 30 && code <= 37) next = colourRoles[code - 30] ?? next;
    else if (code >= 91 && code <= 97) next = colourRoles[code - 90] ?? next;
  }
  return next;
}
