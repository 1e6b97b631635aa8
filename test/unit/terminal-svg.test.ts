import { expect, test } from 'vitest';
import { terminalSvg } from '../../scripts/pictures/terminal-svg.ts';

test('a picture has each piece in its column, its length and its colour', () => {
  const svg = terminalSvg(
    ['界 \u001b[32mup\u001b[39m <&>  a b ', '\u001b[1m\u001b[7mx\u001b[0m\u001b[38;5;244mgrey', 'as before'],
    20,
    'a & b',
  );
  expect(svg.match(/<(text|rect x|title).*/g)).toEqual([
    '<title>a &amp; b</title>',
    '<text x="12" y="26" textLength="16.8" lengthAdjust="spacingAndGlyphs" fill="#d8dee4">界</text>',
    '<text x="37.2" y="26" textLength="16.8" lengthAdjust="spacingAndGlyphs" fill="#5fd07a">up</text>',
    '<text x="62.4" y="26" textLength="25.2" lengthAdjust="spacingAndGlyphs" fill="#d8dee4">&lt;&amp;&gt;</text>',
    '<text x="104.4" y="26" textLength="25.2" lengthAdjust="spacingAndGlyphs" fill="#d8dee4">a b</text>',
    '<rect x="12" y="30" width="8.4" height="18" fill="#d8dee4"/>',
    '<text x="12" y="44" textLength="8.4" lengthAdjust="spacingAndGlyphs" fill="#15191e" font-weight="bold">x</text>',
    '<text x="20.4" y="44" textLength="33.6" lengthAdjust="spacingAndGlyphs" fill="#808080">grey</text>',
    '<text x="12" y="62" textLength="75.6" lengthAdjust="spacingAndGlyphs" fill="#808080">as before</text>',
  ]);
  expect(svg).toContain('viewBox="0 0 192 78"');
});
