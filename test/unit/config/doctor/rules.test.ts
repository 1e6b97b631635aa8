import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../../src/config/diagnosis.ts';
import { examine } from '../../../../src/daemon/config/doctor/diagnose.ts';
import { families } from '../../../../src/daemon/config/doctor/rules.ts';
import { directory, hostOf } from '../../../support/config-files.ts';
import { type Sample, samples } from '../../../support/doctor-samples.ts';

const rules = families.flatMap((family) => family.rules);

function findingsIn(sample: Sample, purpose: 'use' | 'supervisor'): readonly Finding[] {
  const files = typeof sample === 'string' ? { 'main.conf': sample } : sample;
  const main = files['main.conf'] ?? '';
  const whole = /^\[supervisord\]/m.test(main) ? main : `[supervisord]\n${main}`;
  const host = hostOf({ ...files, 'main.conf': whole }, { HOME: '/root' });
  const { result, findings } = examine(
    { file: `${directory}/main.conf`, environment: { HOME: '/root' } },
    host,
    purpose,
  );
  if (!result.ok) throw new Error(`${whole}\n${JSON.stringify(result.problems)}`);
  return findings;
}

test('every rule has a failing and a passing sample, and a name and a source of its own', () => {
  expect(Object.keys(samples).sort()).toEqual(rules.map(({ id }) => id).sort());
  for (const [id, { bad, good }] of Object.entries(samples))
    expect([id, bad.length > 0, good.length > 0]).toEqual([id, true, true]);
  for (const { id, title, why, source } of rules) {
    expect(source, id).toMatch(/^https:\/\/[\w.-]+\/\S+$/);
    expect(title, id).toMatch(/^[A-Z"`~]?.*[^.]$/);
    expect(why, id).toMatch(/\.$/);
  }
});

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  const { bad, good } = samples[id] ?? { bad: [], good: [] };
  const purpose = rule.for ?? 'use';
  test('warns of each sample that is wrong, once, where it stands', () => {
    for (const sample of bad) {
      const found = findingsIn(sample, purpose).filter((finding) => finding.rule === id);
      expect([sample, found.length]).toEqual([sample, 1]);
      const [finding] = found;
      expect(finding?.line, String(sample)).toBeGreaterThan(0);
      expect(finding?.what).toMatch(/^\S.*[^.]$/);
      expect(finding?.fix).not.toBe('');
    }
  });
  test('is silent about each sample that is right', () => {
    for (const sample of good) {
      const found = findingsIn(sample, purpose).filter((finding) => finding.rule === id);
      expect([sample, found]).toEqual([sample, []]);
    }
  });
});

test('a finding names the file and the line of the setting, also of an included one', () => {
  const files = {
    'main.conf': '[supervisord]\n[include]\nfiles=d/*.conf\n',
    'd/a.conf': '\n[program:x]\ncommand=date\n',
  };
  expect(findingsIn(files, 'use')).toMatchObject([
    { rule: 'runs-once', file: `${directory}/d/a.conf`, line: 3, section: 'program:x', key: 'command' },
  ]);
});

test('findings come in the order of the lines, and one program of many processes is warned of once', () => {
  const text = '[program:b]\ncommand=date\nnumprocs=3\nprocess_name=%(process_num)d\n[program:a]\ncommand=cron\n';
  expect(findingsIn(text, 'use').map(({ section }) => section)).toEqual(['program:b', 'program:a']);
});

test('a finding never shows what a variable holds', () => {
  const text = '[supervisord]\nenvironment=DB_PASSWORD="hunter2"\n[program:x]\ncommand=date > %(ENV_DB_PASSWORD)s\n';
  const shown = JSON.stringify(findingsIn(text, 'use'));
  expect(shown).toContain('secret-in-command');
  expect(shown).not.toContain('hunter2');
});
