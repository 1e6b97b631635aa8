/**
 * A screen of a terminal as a picture: what `tmux capture-pane -p -e` gives (text with SGR sequences, ECMA-48) becomes
 * SVG. Each run of words that look alike is one `<text>` of a fixed length, so that columns stand under each other
 * whatever font is there.
 */
import { widthOf } from '../../src/ctl/dashboard/text.ts';

interface Look {
  readonly ink: number | undefined;
  readonly ground: number | undefined;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isInverse: boolean;
}

const plain: Look = { ink: undefined, ground: undefined, isBold: false, isDim: false, isInverse: false };
const INK = '#d8dee4';
const GROUND = '#15191e';
const CELL = { width: 8.4, height: 18, font: 14 };
const MARGIN = 12;

/** The sixteen, dark and bright. */
const sixteen =
  '#484f58 #ff7b72 #5fd07a #e3b341 #79b8ff #d2a8ff #56d4dd #d8dee4 #6e7681 #ffa198 #7ee787 #f2cc60 #a5d6ff #e2c5ff #76e3ea #ffffff'.split(
    ' ',
  );

/** `lines` of at most `columns`; `title` is for those who cannot see it. */
export function terminalSvg(lines: readonly string[], columns: number, title: string): string {
  const width = columns * CELL.width + 2 * MARGIN;
  const height = lines.length * CELL.height + 2 * MARGIN;
  const font = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${number(width)} ${number(height)}" width="${number(width)}" height="${number(height)}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${GROUND}"/>`,
    `<g font-family="${font}" font-size="${CELL.font}">`,
    ...linesSvg(lines),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** What a line begins with is what the one before it ended with: tmux says only what changes. */
function linesSvg(lines: readonly string[]): string[] {
  const parts: string[] = [];
  let look = plain;
  lines.forEach((line, row) => {
    look = addLine(parts, line, row, look);
  });
  return parts;
}

function addLine(parts: string[], line: string, row: number, before: Look): Look {
  const top = MARGIN + row * CELL.height;
  let look = before;
  let column = 0;
  for (const piece of line.split(/(\u001b\[[\d;:]*m)/)) {
    const codes = /^\u001b\[([\d;:]*)m$/.exec(piece)?.[1];
    if (codes !== undefined) {
      look = changed(look, codes.split(/[;:]/).map(Number));
      continue;
    }
    const wide = widthOf(piece);
    if (wide === 0) continue;
    const [x, length] = [MARGIN + column * CELL.width, wide * CELL.width];
    column += wide;
    const [ink, ground] = coloursOf(look);
    if (ground !== GROUND) {
      parts.push(
        `<rect x="${number(x)}" y="${top}" width="${number(length)}" height="${CELL.height}" fill="${ground}"/>`,
      );
    }
    const weight = look.isBold ? ' font-weight="bold"' : '';
    for (const { words, at } of wordsIn(piece)) {
      const place = `x="${number(x + at * CELL.width)}" y="${top + CELL.font}"`;
      const fit = `textLength="${number(widthOf(words) * CELL.width)}" lengthAdjust="spacingAndGlyphs"`;
      parts.push(`<text ${place} ${fit} fill="${ink}"${weight}>${escaped(words)}</text>`);
    }
  }
  return look;
}

/** Without blanks at their ends, and none but single ones inside: others are dropped where `xml:space` is not obeyed. */
function wordsIn(piece: string): { readonly words: string; readonly at: number }[] {
  return [...piece.matchAll(/\S+(?: \S+)*/g)].map((match) => ({
    words: match[0],
    at: widthOf(piece.slice(0, match.index)),
  }));
}

function changed(before: Look, codes: readonly number[]): Look {
  let look = before;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) look = plain;
    else if (code === 1) look = { ...look, isBold: true };
    else if (code === 2) look = { ...look, isDim: true };
    else if (code === 22) look = { ...look, isBold: false, isDim: false };
    else if (code === 7) look = { ...look, isInverse: true };
    else if (code === 27) look = { ...look, isInverse: false };
    else if (code === 39) look = { ...look, ink: undefined };
    else if (code === 49) look = { ...look, ground: undefined };
    else if ((code === 38 || code === 48) && codes[at + 1] === 5) {
      look = code === 38 ? { ...look, ink: codes[at + 2] } : { ...look, ground: codes[at + 2] };
      at += 2;
    } else if (code >= 30 && code <= 37) look = { ...look, ink: code - 30 };
    else if (code >= 90 && code <= 97) look = { ...look, ink: code - 82 };
    else if (code >= 40 && code <= 47) look = { ...look, ground: code - 40 };
    else if (code >= 100 && code <= 107) look = { ...look, ground: code - 92 };
  }
  return look;
}

function coloursOf({ ink, ground, isDim, isInverse }: Look): readonly [ink: string, ground: string] {
  const shown = ink === undefined ? (isDim ? '#8b949e' : INK) : colour(ink);
  const behind = ground === undefined ? GROUND : colour(ground);
  return isInverse ? [behind, shown] : [shown, behind];
}

/** Of the 256 of xterm: sixteen, a cube of six by six by six, greys. */
function colour(index: number): string {
  if (index < 16) return sixteen[index] ?? INK;
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const cube = index - 16;
  const rgb =
    index < 232
      ? [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)]
      : Array.from({ length: 3 }, () => 8 + 10 * (index - 232));
  return `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function number(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
