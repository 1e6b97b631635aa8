import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/getopt.ts';

const table = {
  help: { short: 'h?', long: 'help', acts: true },
  file: { short: 'c', long: 'configuration', takesValue: true },
  nodaemon: { short: 'n', long: 'nodaemon' },
  nocleanup: { short: 'k', long: 'nocleanup' },
  url: {
    short: 's',
    long: 'serverurl',
    takesValue: true,
    refuse: (v: string) => (v === 'bad' ? 'no good' : undefined),
  },
} as const;

function read(...args: string[]) {
  const line = readCommandLine(table, args);
  if (line.type === 'error') return line.message;
  return line.type === 'acts' ? line.name : { ...line.options, words: line.words };
}

describe('a command line', () => {
  test.each([
    ['flags are bundled, the last one with its value', ['-nc', 'f'], { nodaemon: '', file: 'f', words: [] }],
    ['a value may be attached', ['-ncf', 'x'], { nodaemon: '', file: 'f', words: ['x'] }],
    ['a value may look like an option', ['-c', '-n'], { file: '-n', words: [] }],
    ['a long option takes its value after = or as the next word', ['--conf=f'], { file: 'f', words: [] }],
    ['a unique prefix will do', ['--noc', '--configuration', 'f'], { nocleanup: '', file: 'f', words: [] }],
    ['a value may be empty', ['--serverurl='], { url: '', words: [] }],
    ['options stop at the first word', ['tail', '-f', 'x'], { words: ['tail', '-f', 'x'] }],
    ['-- ends the options and is dropped', ['-n', '--', '-c'], { nodaemon: '', words: ['-c'] }],
    ['a single dash is a word', ['-', '-n'], { words: ['-', '-n'] }],
    ['--help acts, and what stands after it is not judged', ['-?', '-s', 'bad'], 'help'],
  ])('%s', (_, args, expected) => {
    expect(read(...args)).toEqual(expected);
  });

  test('what may be repeated before these words is there with all its values', () => {
    const many = { url: { ...table.url, repeats: ([verb]: readonly string[]) => verb === 'top' } };
    const line = readCommandLine(many, ['-s', 'a', '--serverurl=b', '-sc', 'top']);
    expect(line).toEqual({ type: 'read', options: { url: 'a' }, words: ['top'], repeated: { url: ['a', 'b', 'c'] } });
    expect(readCommandLine(many, ['-s', 'a', '-s', 'b', 'status'])).toEqual({
      type: 'error',
      message: "conflicting command line option '-s'",
    });
  });

  test.each([
    ['an unknown letter', ['-nz'], 'option -z not recognized'],
    ['an unknown long option', ['--zoo'], 'option --zoo not recognized'],
    ['a prefix of two options', ['--no'], 'option --no not a unique prefix'],
    ['a missing value', ['-c'], 'option -c requires argument'],
    ['a missing value of a shortened option', ['--conf'], 'option --configuration requires argument'],
    ['a value for a flag', ['--nod=1'], 'option --nodaemon must not have an argument'],
    ['the same option twice', ['-c', 'a', '--conf', 'b'], "conflicting command line option '--configuration'"],
    ['the same flag twice', ['-nn'], "conflicting command line option '-n'"],
    ['a value that is refused', ['-s', 'bad'], "invalid value for -s 'bad': no good"],
    ['an error after --help', ['-h', '--zoo'], 'option --zoo not recognized'],
  ])('is refused for %s', (_, args, message) => {
    expect(read(...args)).toBe(message);
  });
});
