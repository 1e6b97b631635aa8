/** Gives blessed our idea of how wide a character is (text.ts): its own counts every emoji as one column. */
import { widthOf } from './text.ts';

interface Unicode {
  charWidth(text: string | number, index?: number): number;
  strWidth(text: string): number;
  codePointAt(text: string, index: number): number;
  readonly chars: { all: RegExp; wide: RegExp; swide: RegExp };
}

/** Characters that take two columns. */
const wide =
  '\\u1100-\\u115f\\u2329\\u232a\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff\\ufe30-\\ufe6f\\uff00-\\uff60\\uffe0-\\uffe6\\u{20000}-\\u{3fffd}\\p{Emoji_Presentation}';

export function patchWidths(unicode: Unicode): void {
  unicode.charWidth = (text, index = 0) => {
    const point = typeof text === 'number' ? text : unicode.codePointAt(text, index);
    if (point >= 0x20 && point < 0x7f) return 1;
    return widthOf(String.fromCodePoint(point));
  };
  unicode.strWidth = (text) => widthOf(text);
  unicode.chars.all = new RegExp(`([${wide}])`, 'gu');
  unicode.chars.wide = new RegExp(`([${wide}])`, 'gu');
  unicode.chars.swide = /(?!)/g;
}
