import { expect, test } from 'vitest';
import { MainLog, type MainLogOptions, timestamps } from '../../../src/daemon/logs/main-log.ts';
import { LogDir } from './support/log-dir.ts';

const epochMs = new Date(2026, 10, 22, 14, 52, 48, 757).getTime();

function open(dir: LogDir, options: Partial<MainLogOptions> = {}): MainLog {
  const log = MainLog.open(
    {
      logfile: dir.at('main.log'),
      maxBytes: 0,
      backups: 10,
      level: 'blather',
      isCopied: false,
      wallClock: () => epochMs,
      atEndOfTurn: (run) => run(),
      ...options,
    },
    dir.files,
  );
  if ('code' in log) throw new Error(`Cannot open the main log: ${log.code}`);
  return log;
}

test("lines look as Supervisor's do", () => {
  using dir = new LogDir();
  const log = open(dir);
  log.critical('one');
  log.error('two');
  log.warn('three');
  log.info('100% of %s, "quoted"\nand a second line');
  log.debug('five');
  log.trace('six');
  log.blather('seven');
  const at = '2026-11-22 14:52:48,757';
  expect(dir.text('main.log')).toBe(
    `${at} CRIT one\n${at} ERRO two\n${at} WARN three\n${at} INFO 100% of %s, "quoted"\nand a second line\n` +
      `${at} DEBG five\n${at} TRAC six\n${at} BLAT seven\n`,
  );
});

test.each([
  ['critical', 1],
  ['error', 2],
  ['warn', 3],
  ['info', 4],
  ['debug', 5],
  ['trace', 6],
  ['blather', 7],
] as const)('loglevel=%s logs %d of the 7 levels', (level, count) => {
  using dir = new LogDir();
  const log = open(dir, { level });
  const levels = ['critical', 'error', 'warn', 'info', 'debug', 'trace', 'blather'] as const;
  for (const name of levels) log[name](name);
  expect(dir.text('main.log').split('\n')).toHaveLength(count + 1);
  expect(levels.filter((name) => log.isLogged(name))).toHaveLength(count);
});

test('the second and the milliseconds are those of the moment', () => {
  const stamp = timestamps();
  expect(stamp(epochMs + 1)).toBe('2026-11-22 14:52:48,758');
  expect(stamp(epochMs + 243)).toBe('2026-11-22 14:52:49,000');
  expect(stamp(new Date(2026, 0, 2, 3, 4, 5, 6).getTime())).toBe('2026-01-02 03:04:05,006');
  expect(stamp(epochMs)).toBe('2026-11-22 14:52:48,757');
});

test('the main log rotates, is cleared and is read back under its path', () => {
  using dir = new LogDir();
  const log = open(dir, { maxBytes: 30, backups: 1 });
  log.info('first');
  log.info('second');
  expect(dir.names()).toEqual(['main.log', 'main.log.1']);
  log.warn('x');
  expect(log.path).toBe(dir.at('main.log'));
  expect(log.clear()).toBeUndefined();
  expect(log.reopen()).toBeUndefined();
  expect(dir.text('main.log')).toBe('');
});

test('a main log that cannot be opened says why', () => {
  using dir = new LogDir();
  expect(() => open(dir, { logfile: dir.at('missing/main.log') })).toThrow('ENOENT');
});

test('logfile=syslog gets each line with its time and level, and has no path', () => {
  using dir = new LogDir();
  const lines: string[] = [];
  const log = open(dir, { logfile: 'syslog', syslog: (line) => lines.push(line) });
  log.info('one\ntwo\n');
  expect(lines).toEqual(['2026-11-22 14:52:48,757 INFO one', '2026-11-22 14:52:48,757 INFO two']);
  expect(log.path).toBeUndefined();
  expect(dir.names()).toEqual([]);
});

test('the lines of one turn are written together at its end, or as soon as somebody reads them', () => {
  using dir = new LogDir();
  const turns: (() => void)[] = [];
  const log = open(dir, { atEndOfTurn: (run) => void turns.push(run) });
  log.info('one');
  log.info('two');
  expect(dir.text('main.log')).toBe('');
  expect(turns).toHaveLength(1);
  turns[0]?.();
  expect(dir.text('main.log').split('\n')).toHaveLength(3);
  log.info('three');
  expect(log.path).toBe(dir.at('main.log'));
  expect(dir.text('main.log')).toContain('INFO three\n');
  log.info('four');
  log.close();
  expect(dir.text('main.log')).toContain('INFO four\n');
});
