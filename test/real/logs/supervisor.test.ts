import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import { capture, initialCapture } from '../../../src/daemon/core/capture.ts';
import { stripAnsi } from '../../../src/daemon/logs/ansi.ts';
import { pythonBytesRepr, pythonRepr } from '../../../src/daemon/logs/python-repr.ts';
import { needs } from '../../support/skips.ts';
import { RealLogs } from './support.ts';

const { test } = needs('supervisor', 'python3');

function ask(cases: readonly object[]): unknown[] {
  const script = join(import.meta.dirname, 'fixtures/supervisor-logs.py');
  const { stdout, stderr, status } = spawnSync('/usr/bin/python3', [script], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (status !== 0) throw new Error(`Cannot ask Supervisor: ${stderr}`);
  return JSON.parse(stdout);
}

const seed = Number(process.env['SEED'] ?? 7);
const hex = (bytes: Buffer) => bytes.toString('hex');
const words = (...choices: string[]) =>
  fc.array(fc.oneof(...choices.map((choice) => fc.constant(choice)), fc.string({ maxLength: 5 })), { maxLength: 12 });

test('strip_ansi strips what Supervisor strips', () => {
  const texts = fc.sample(words('\x1b', '[', '\x1b[', '1;31', 'm', 'K', 'H', 'x', '\x1b]0;', '\n'), {
    seed,
    numRuns: 3_000,
  });
  const cases = texts.map((parts) => Buffer.from(parts.join('')));
  const answers = ask(cases.map((bytes) => ({ strip: hex(bytes) })));
  expect(cases.map((bytes) => hex(stripAnsi(bytes)))).toEqual(answers);
});

test('bytes and names look as in Python', () => {
  const bytes = fc.sample(fc.uint8Array({ maxLength: 30 }), { seed, numRuns: 2_000 }).map((part) => Buffer.from(part));
  expect(bytes.map(pythonBytesRepr)).toEqual(ask(bytes.map((part) => ({ repr: hex(part) }))));
  const names = [
    "it's",
    '"',
    `'"`,
    'grün',
    '日本',
    '😀',
    '\u00ad',
    '\u2028',
    '\u3000',
    '\x7f',
    '\t\r\n\\',
    '\u{e0001}',
  ];
  expect(names.map(pythonRepr)).toEqual(ask(names.map((name) => ({ name }))));
});

test('captured output is what Supervisor captures, however it is cut', () => {
  const begin = '<!--XSUPERVISOR:BEGIN-->';
  const end = '<!--XSUPERVISOR:END-->';
  const chunk = words(begin, end, begin, end, '<!--XSUPERVISOR:', 'BEGIN-->', 'END-->', '<!--', 'some output');
  const samples = fc.sample(fc.tuple(fc.array(chunk, { maxLength: 8 }), fc.integer({ min: 1, max: 40 })), {
    seed,
    numRuns: 1_500,
  });
  const cases = samples.map(([chunks, maxbytes]) => ({
    chunks: chunks.map((parts) => Buffer.from(parts.join(''))),
    maxbytes,
  }));
  const answers = ask(cases.map(({ chunks, maxbytes }) => ({ capture: chunks.map(hex), maxbytes })));
  let events = 0;
  cases.forEach(({ chunks, maxbytes }, index) => {
    let state = initialCapture;
    const log: Buffer[] = [];
    const seen: string[] = [];
    for (const bytes of chunks) {
      const step = capture(state, bytes, maxbytes);
      state = step.state;
      for (const piece of step.pieces) {
        if (piece.type === 'communication') seen.push(hex(piece.bytes));
        else if (!piece.isCaptured) log.push(piece.bytes);
      }
    }
    events += seen.length;
    expect({ log: hex(Buffer.concat(log)), events: seen }, JSON.stringify(samples[index])).toEqual(answers[index]);
  });
  expect(events).toBeGreaterThan(100);
});

test('rotation leaves the files that Supervisor leaves', () => {
  using logs = new RealLogs();
  const samples = fc.sample(
    fc.tuple(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 30 }), fc.nat(20), fc.nat(4)),
    { seed, numRuns: 200 },
  );
  const cases = samples.map(([sizes, maxbytes, backups]) => ({
    chunks: sizes.map((size, index) => Buffer.alloc(size, 97 + (index % 26))),
    maxbytes,
    backups,
  }));
  const answers = ask(cases.map(({ chunks, maxbytes, backups }) => ({ rotate: chunks.map(hex), maxbytes, backups })));
  cases.forEach(({ chunks, maxbytes, backups }, index) => {
    const dir = logs.at(String(index));
    mkdirSync(dir);
    const log = logs.open(join(dir, 'log'), maxbytes, backups);
    for (const bytes of chunks) log.write(bytes);
    log.close();
    const files = Object.fromEntries(readdirSync(dir).map((name) => [name, hex(readFileSync(join(dir, name)))]));
    expect(files).toEqual(answers[index]);
  });
});
