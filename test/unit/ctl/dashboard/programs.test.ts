import { describe, expect, test } from 'vitest';
import { bytesText, trendText, uptimeText } from '../../../../src/ctl/dashboard/programs.ts';
import { NOW, program, Seat } from './models.ts';

describe('a row', () => {
  const all = [
    program('api:api_00', 'RUNNING', { ports: [2000], ready: 'good', restarts: 3 }),
    program('api:api_01', 'RUNNING', { ports: [2002], ready: 'bad', serving: false, why: 'not ready: 503' }),
    program('bad', 'FATAL', { why: 'Exited too quickly' }),
    program('idle', 'STOPPED', { start: 0 }),
    program('slow', 'STARTING'),
    program('wait', 'BACKOFF'),
  ];

  test('says each state by a glyph and a word, and why where there is something to say', () => {
    const { screen } = new Seat([all], { width: 100 });
    expect(screen.slice(1, 9)).toMatchInlineSnapshot(`
      [
        "  PROCESS     STATE      UPTIME RST/H  CPU% MEMORY  PORT HEALTH    LAST LINE",
        ">▾ api (2)    2 RUNNING",
        " ●   api_00   RUNNING      1:05     3     -      -  2000 ready",
        " ◍   api_01   RUNNING      1:05     -     -      -  2002 not ready not ready: 503",
        " ✗ bad        FATAL           -     -     -      -     - -         Exited too quickly",
        " ○ idle       STOPPED         -     -     -      -     - -",
        " ◐ slow       STARTING     1:05     -     -      -     - -",
        " ▲ wait       BACKOFF         -     -     -      -     - -",
      ]
    `);
  });

  test('has fewer columns where there is less room', () => {
    expect(new Seat([all], { width: 80 }).screen.slice(1, 4)).toMatchInlineSnapshot(`
      [
        "  PROCESS     STATE      UPTIME RST/H  CPU% MEMORY  PORT LAST LINE",
        ">▾ api (2)    2 RUNNING",
        " ●   api_00   RUNNING      1:05     3     -      -  2000",
      ]
    `);
    expect(new Seat([all], { width: 40, height: 10 }).screen.slice(1, 4)).toMatchInlineSnapshot(`
      [
        "  PROCESS     STATE      UPTIME LAST LI…",
        ">▾ api (2)    2 RUNNING",
        " ●   api_00   RUNNING      1:05",
      ]
    `);
  });

  test('sorted by state the bad ones come first, each with the name of its group', () => {
    const seat = new Seat([all]).send('S');
    const names = seat.screen.slice(2, 8).map((line) => line.slice(2).trim().split(/ +/)[0]);
    expect(names).toEqual(['bad', 'wait', 'slow', 'api:api_00', 'api:api_01', 'idle']);
    expect(seat.send('o').screen[2]).toContain('idle');
  });

  test('of several daemons says which', () => {
    const { screen } = new Seat([[program('a')], [program('a')]]);
    expect(screen.slice(1, 4).map((line) => line.slice(0, 30).trimEnd())).toMatchInlineSnapshot(`
      [
        "  PROCESS    HOST  STATE",
        ">● a         host0 RUNNING",
        " ● a         host1 RUNNING",
      ]
    `);
  });

  test('holds what a program has written harmless', () => {
    const seat = new Seat([[program('a')]]);
    seat.send({ type: 'lastLines', daemon: 0, lines: { 'a:a': 'red \u001b[31m{bold}\u001b]0;title\u0007 end' } });
    expect(seat.screen[2]).toMatch(/\{bold\}.* end$/);
    expect(seat.screen.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  });
});

test.each([
  [5, '0:05'],
  [65, '1:05'],
  [3600 + 61, '1:01:01'],
  [86_400 * 3 + 7200, '3d 2h'],
])('%d seconds up are %s', (seconds, text) => {
  expect(uptimeText({ pid: 1, start: NOW / 1000 - seconds }, NOW)).toBe(text);
});

test('what does not run is not up', () => {
  expect(uptimeText({ pid: 0, start: 5 }, NOW)).toBe('-');
});

test.each([
  [500 * 1024, '500K'],
  [1.5 * 1_048_576, '1.5M'],
  [45 * 1_048_576, '45M'],
  [3000 * 1_048_576, '2.9G'],
])('%d bytes are %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test('a trend shows growth, and no mountains where hardly anything has changed', () => {
  expect(trendText([100, 200, 300])).toBe('▁▅█');
  expect(trendText([1000, 1001, 1000])).toBe('███');
  expect(trendText([])).toBe('');
});
