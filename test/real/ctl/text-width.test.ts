/** Whether a real terminal has foreign text in as many columns as we count: if not, borders shift and cells stay behind. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { clean, cut, widthOf } from '../../../src/ctl/dashboard/text.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';

/** As programs write them. */
const texts = [
  'plain ASCII',
  '日本語のログ',
  '한국어 로그',
  '中文，全角标点。',
  'ｆｕｌｌ ﾊｰﾌ',
  'café naïve Ångström',
  'cafe\u0301 n\u0303 a\u0308',
  'ไทย ภาษา',
  'हिन्दी',
  'العربية שלום',
  'Ελληνικά Кириллица',
  '😀 🚀 ✅ ❌ ⚡ ⭐ 🧡',
  '❤️ ⚠️ ℹ️ ✔️ ☑️ ▶️',
  '1️⃣ #️⃣',
  '👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈',
  '👍🏿 ✋🏻',
  '🇩🇪 🇯🇵',
  '│ ─ ┌ █ ▁▂▃ ● ✓ → …',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007after',
  'a\tb\tc',
  '50%\r100%\u0007',
  'z\u0301\u0302\u0303\u0304\u0305alg\u0316\u0317\u0318\u0319o',
  '\u202eright to left\u202c \u200b\u2060\ufeff|',
  '\ud800 half \udc00',
  '\u0085 \u009b31m C1',
  '𝕌𝕟𝕚 𐍈 𠀀𠮷',
  '\u1100\u1161\u11a8 \u1112\u1161\u11ab',
];

needs('tmux').test('a terminal has every text in as many columns as we count, and what is cut too', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const shown = [...texts.map(clean), ...texts.map((text) => cut(clean(text), 5))];
  writeFileSync(join(dir, 'texts.json'), JSON.stringify(shown));
  const fixture = join(import.meta.dirname, 'fixtures/measures-width.mjs');
  await using terminal = await Terminal.open([process.execPath, fixture, join(dir, 'texts.json')], { LANG: 'C.UTF-8' });
  const screen = await terminal.sees('the columns', (text) => /columns \[[\d,\s]+\]/.test(text));
  const columns = JSON.parse(/columns (\[[\d,\s]+\])/.exec(screen)?.[1] ?? '[]') as number[];
  const table = (widths: readonly number[]) => shown.map((text, at) => `${JSON.stringify(text)}: ${widths[at]}`);
  expect(table(columns)).toEqual(table(shown.map(widthOf)));
});
