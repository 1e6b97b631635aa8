import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'vitest';
import { filesOf } from '../../../../scripts/corpus/answer.ts';
import { confsIn } from '../../../../scripts/corpus/check.ts';
import { Accounts, fakeHost, stage } from '../../../../scripts/corpus/fake-host.ts';
import { examine } from '../../../../src/daemon/config/doctor/diagnose.ts';
import { corpus, needsCorpus } from '../../../support/skips.ts';

/** `NNN section rule`, and behind a tab why the warning is right. */
const justified = join(import.meta.dirname, '../../../fixtures/doctor/corpus.tsv');

function warningsOf(conf: string): string[] {
  const { mode, env = {} } = JSON.parse(readFileSync(conf.replace(/conf$/, 'json'), 'utf8'));
  const files = Object.entries(filesOf(mode, readFileSync(conf))).map(([path, bytes]) => [`${stage}/${path}`, bytes]);
  const host = fakeHost(new Map(files as [string, Uint8Array][]), env, new Accounts());
  const number = basename(conf).slice(0, 3);
  return (['use', 'supervisor'] as const).flatMap((purpose) =>
    examine({ file: `${stage}/supervisord.conf`, environment: env }, host, purpose).findings.map(
      ({ section, rule }) => `${number} [${section}] ${rule}`,
    ),
  );
}

needsCorpus().test(
  'every warning about a real configuration is one that somebody has looked at',
  () => {
    const lines = readFileSync(justified, 'utf8').trimEnd().split('\n');
    const reasons = new Map(lines.map((line) => line.split('\t') as [string, string]));
    expect([...reasons].filter(([, reason = '']) => reason.length < 10)).toEqual([]);
    const warned = confsIn(corpus).flatMap(warningsOf);
    expect([...new Set(warned)].sort()).toEqual([...reasons.keys()].sort());
  },
  60_000,
);
