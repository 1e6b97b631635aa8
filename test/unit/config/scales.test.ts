import { expect, test } from 'vitest';
import { Scales } from '../../../src/daemon/config/scales.ts';
import { load, loaded } from '../../support/config-files.ts';

const file = (numprocs: number, ...more: string[]) =>
  [
    '[supervisord]',
    '[program:web]',
    'command=cat %(numprocs)d',
    'process_name=web_%(process_num)d',
    `numprocs=${numprocs}`,
    ...more,
    '',
  ].join('\n');

const commands = (text: string, scales: Scales) =>
  loaded(text, { scales }).groups.flatMap(({ processes }) =>
    processes.map(({ name, command }) => `${name}: ${command}`),
  );

test('a number that was asked for holds at every reading, and is %(numprocs)d', () => {
  const scales = new Scales();
  expect(commands(file(1), scales)).toEqual(['web_0: cat 1']);
  scales.set('program:web', 2, 1);
  expect(commands(file(1), scales)).toEqual(['web_0: cat 2', 'web_1: cat 2']);
  expect(commands(file(1), scales)).toHaveLength(2);
  expect(scales.written('program:web')).toBe(1);
});

test('another numprocs in the file takes its place, for good once that is in force', () => {
  const scales = new Scales();
  commands(file(1), scales);
  scales.set('program:web', 3, 1);
  expect(commands(file(2), scales)).toHaveLength(2);
  // Read, but not in force: whoever takes it back has what was asked for.
  expect(commands(file(1), scales)).toHaveLength(3);
  commands(file(2), scales);
  scales.settle();
  expect(commands(file(1), scales)).toHaveLength(1);
});

test('a program that is gone from the files is forgotten', () => {
  const scales = new Scales();
  scales.set('program:web', 3, 1);
  loaded('[supervisord]\n', { scales });
  scales.settle();
  expect(commands(file(1), scales)).toHaveLength(1);
});

test('a trial changes nothing for those who come after', () => {
  const scales = new Scales();
  scales.set('program:web', 3, 1);
  expect(commands(file(1), scales.trial('program:web', 5, 1))).toHaveLength(5);
  expect(commands(file(1), scales)).toHaveLength(3);
});

test("names without a number are those of one process, and another's port stays another's", () => {
  const scales = new Scales();
  scales.set('program:web', 3, 1);
  expect(commands('[supervisord]\n[program:web]\ncommand=cat\n', scales)).toEqual(['web: cat']);
  const clash = load(`${file(1, 'port=2000')}[program:other]\ncommand=cat\nport=2002\n`, { scales });
  expect(clash.ok || clash.problems.map(({ message }) => message)).toEqual([
    expect.stringContaining('Port 2002 of web:web_2 is that of other:other'),
  ]);
});
