import { expect, test } from 'vitest';
import type { Problem } from '../../../src/daemon/config/model.ts';
import { formatProblems, supervisorText } from '../../../src/daemon/config/problems.ts';
import { type Files, load } from '../../support/config-files.ts';

function problemsOf(files: Files | string): readonly Problem[] {
  const result = load(files);
  return result.ok ? [] : result.problems;
}

function places(problems: readonly Problem[]): string[] {
  return problems.map(
    ({ file, line, section, key }) => `${file?.replace('/etc/app/', '')}:${line} [${section}] ${key}`,
  );
}

test('all mistakes of a file are reported at once, each with its line', () => {
  const problems = problemsOf(`[supervisord]
loglevel=warning
minfds=many
[program:web]
command=/bin/web
startsecs=1.5
autostart=maybe
[program:other]
stopsignal=FOO
[inet_http_server]
port=http
`);
  expect(places(problems)).toEqual([
    'main.conf:3 [supervisord] minfds',
    'main.conf:2 [supervisord] loglevel',
    'main.conf:7 [program:web] autostart',
    'main.conf:6 [program:web] startsecs',
    'main.conf:9 [program:other] stopsignal',
    'main.conf:8 [program:other] undefined',
    'main.conf:11 [inet_http_server] port',
  ]);
});

test('a problem says what would have been right and what was there', () => {
  expect(problemsOf('[supervisord]\n[program:web]\ncommand=x\nstartsecs=1.5\n')).toEqual([
    {
      file: '/etc/app/main.conf',
      line: 4,
      section: 'program:web',
      key: 'startsecs',
      message: "invalid literal for int() with base 10: '1.5'",
      suffix: " in section 'program:web' (file: '/etc/app/main.conf')",
      expected: 'a whole number',
      got: '1.5',
    },
  ]);
});

test('a problem stands in the file that holds the line, and names the file that began the section', () => {
  const problems = problemsOf({
    'main.conf': '[supervisord]\n[include]\nfiles=a.ini b.ini',
    'a.ini': '[program:web]\ncommand=x\n',
    'b.ini': '\n[program:web]\npriority=x\nnumprocs=none\n',
  });
  expect(places(problems)).toEqual([
    'b.ini:3 [program:web] priority',
    'b.ini:3 [program:web] priority',
    'b.ini:4 [program:web] numprocs',
  ]);
  expect(problems[2] && supervisorText(problems[2])).toBe(
    "invalid literal for int() with base 10: 'none' in section 'program:web' (file: '/etc/app/a.ini')",
  );
});

test('every line that is no setting is reported, the first with the words of Supervisor for all', () => {
  const problems = problemsOf('[supervisord]\nnonsense\nuser=root\nmore nonsense\n');
  expect(problems.map(({ line }) => line)).toEqual([2, 4]);
  expect(problems[0]?.message).toBe(
    "Source contains parsing errors: '/etc/app/main.conf'\n\t[line  2]: 'nonsense\\n'\n\t[line  4]: 'more nonsense\\n'",
  );
});

test('a mistake in many processes of one program is one problem', () => {
  const text = '[supervisord]\n[program:web]\ncommand=%(nope)s\nnumprocs=100000\nprocess_name=p%(process_num)d\n';
  expect(problemsOf(text)).toHaveLength(1);
});

test('a mistake in a program that two groups list is one problem', () => {
  const groups = '[group:a]\nprograms=web\n[group:b]\nprograms=web\n';
  expect(problemsOf(`[supervisord]\n[program:web]\ncommand=x\npriority=high\n${groups}`)).toHaveLength(1);
});

test('an environment that cannot be read does not make its variables unknown elsewhere', () => {
  const text =
    '[supervisord]\nenvironment=A=x@y\n[program:web]\ncommand=%(ENV_A)s\n[program:other]\ncommand=%(nope)s\n';
  expect(places(problemsOf(text))).toEqual([
    'main.conf:2 [supervisord] environment',
    'main.conf:6 [program:other] command',
  ]);
});

test('a group that names no program hears which one was meant', () => {
  const [problem] = problemsOf('[supervisord]\n[program:gunicorn]\ncommand=x\n[group:all]\nprograms=gunicron\n');
  expect(problem).toMatchObject({ line: 5, key: 'programs', got: 'gunicron', hint: 'gunicorn' });
});

test('an unknown event type hears which one was meant', () => {
  const [problem] = problemsOf('[supervisord]\n[eventlistener:l]\ncommand=x\nevents=TICK_6\n');
  expect(problem).toMatchObject({ message: 'Unknown event type TICK_6 in [eventlistener:l] events', hint: 'TICK_5' });
});

test('a bad value of the command line is blamed on the option, before the file is looked at', () => {
  const result = load('[supervisord]\nminfds=x\n', { overrides: { loglevel: 'foo' } });
  expect(result.ok ? [] : result.problems.map(supervisorText)).toEqual([
    "invalid value for --loglevel 'foo': bad logging level name 'foo'",
    "invalid literal for int() with base 10: 'x'",
  ]);
});

test('a file that is not there is one problem', () => {
  expect(problemsOf({}).map(supervisorText)).toEqual(['could not find config file /etc/app/main.conf']);
});

test('so many processes that no machine can have are refused, not attempted', () => {
  const [problem] = problemsOf(
    '[supervisord]\n[program:w]\ncommand=x\nnumprocs=99999999999\nprocess_name=%(process_num)d\n',
  );
  expect(problem).toMatchObject({ line: 4, key: 'numprocs', expected: 'at most 100000' });
});

test('problems are shown with place, setting, words, and what was expected', () => {
  const problems = problemsOf('[supervisord]\n[program:web]\ncommand=x\n[group:g]\nprograms=wep\n');
  expect(formatProblems(problems)).toBe(
    '/etc/app/main.conf:5: [group:g] programs: [group:g] names unknown program or fcgi-program wep\n' +
      '  expected the name of a program or fcgi-program section; did you mean "web"?',
  );
});
