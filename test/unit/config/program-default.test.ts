import { expect, test } from 'vitest';
import { examine } from '../../../src/daemon/config/doctor/diagnose.ts';
import type { ProcessConfig } from '../../../src/daemon/config/model.ts';
import { formatProblems, supervisorText } from '../../../src/daemon/config/problems.ts';
import { directory, type Files, hostOf, load, loaded } from '../../support/config-files.ts';

function processes(files: Files | string): Readonly<Record<string, ProcessConfig>> {
  const all = loaded(files).groups.flatMap((group) => group.processes);
  return Object.fromEntries(all.map((process) => [`${process.group}:${process.name}`, process]));
}

function problemsOf(text: string): readonly string[] {
  const result = load(text);
  return result.ok ? [] : result.problems.map((problem) => formatProblems([problem]));
}

const head = '[supervisord]\n';

test('a program has what [program-default] says, unless it says otherwise itself', () => {
  const {
    'a:a': a,
    'b:b': b,
    'c:c': c,
  } = processes(`${head}
[DEFAULT]
startsecs=7
stopwaitsecs=7
stopsignal=HUP
[program-default]
startsecs=5
autorestart=true
environment=A="1",B="%(program_name)s"
stopwaitsecs=5
[program:a]
command=a
[program:b]
command=b
startsecs=2
environment=C="3"
[fcgi-program:c]
command=c
socket=unix:///tmp/c.sock
`);
  expect(a).toMatchObject({ startsecs: 5, stopwaitsecs: 5, stopsignal: 1, autorestart: true });
  expect(a?.environment).toEqual({ A: '1', B: 'a' });
  expect(b).toMatchObject({ startsecs: 2, stopwaitsecs: 5 });
  // As any key it is replaced as a whole.
  expect(b?.environment).toEqual({ C: '3' });
  expect(c).toMatchObject({ startsecs: 5, autorestart: true });
});

test('it is expanded for each program as if it stood there, in a group too', () => {
  const all = processes(`${head}
[program-default]
command=/srv/%(program_name)s/run --port %(port)d
directory=%(here)s/%(group_name)s
process_name=%(program_name)s-%(process_num)d
numprocs=2
port=auto
[program:web]
[program:api]
numprocs=1
port=80
[group:all]
programs=web
`);
  expect(Object.keys(all).sort()).toEqual(['all:web-0', 'all:web-1', 'api:api-0']);
  expect(all['all:web-1']).toMatchObject({ command: '/srv/web/run --port 20001', directory: `${directory}/all` });
  expect(all['api:api-0']).toMatchObject({ command: '/srv/api/run --port 80' });
});

test('it counts for the programs of all files, wherever it stands, and here is the directory of its own', () => {
  const all = processes({
    'main.conf': '[supervisord]\n[program:a]\ncommand=a\n[include]\nfiles=d/*.conf\n',
    'd/1.conf': '[program-default]\ndirectory=%(here)s\nstartsecs=3\n',
    'd/2.conf': '[program:b]\ncommand=b\ndirectory=%(here)s/b\n[program-default]\nstartsecs=4\n',
  });
  expect(all['a:a']).toMatchObject({ directory: `${directory}/d`, startsecs: 4 });
  expect(all['b:b']).toMatchObject({ directory: `${directory}/d/b`, startsecs: 4 });
});

test('an event listener takes how it is run and logged, but not what makes a server of it', () => {
  const { 'l:l': listener, 'p:p-0': program } = processes(`${head}
[program-default]
redirect_stderr=true
numprocs=2
process_name=%(program_name)s-%(process_num)d
priority=5
port=auto
stdout_events_enabled=true
umask=077
environment=A="1"
backoff_after_exit=true
stderr_log_format=json
[eventlistener:l]
command=l
events=TICK_5
[program:p]
command=p
`);
  expect(listener).toMatchObject({
    redirect_stderr: false,
    priority: 999,
    umask: 0o77,
    environment: { A: '1' },
    ports: [],
  });
  expect(listener?.stderr).toMatchObject({ log_format: 'json', events_enabled: false });
  expect(listener?.restart).toMatchObject({ afterExit: true });
  expect(program).toMatchObject({ redirect_stderr: true, priority: 5 });
  expect(program?.ports).toHaveLength(1);
});

test('what is wrong in [program-default] is told once, where it stands', () => {
  const text = `${head}[program-default]
startsecs=soon
directory=%(nonsense)s
port=70000
[program:a]
command=a
[program:b]
command=b
[program:c]
command=c
startsecs=x
`;
  const shown = problemsOf(text);
  expect(shown.filter((one) => one.includes('startsecs'))).toEqual([
    expect.stringMatching(/^\/etc\/app\/main\.conf:3: \[program-default\] startsecs: /),
    expect.stringMatching(/^\/etc\/app\/main\.conf:12: \[program:c\] startsecs: /),
  ]);
  expect(shown.filter((one) => one.includes('port'))).toEqual([
    expect.stringMatching(/^\/etc\/app\/main\.conf:5: \[program-default\] port: /),
  ]);
  // A name is missing to each program for itself.
  expect(shown.filter((one) => one.includes('nonsense'))).toEqual(
    ['a', 'b', 'c'].map((name) =>
      expect.stringMatching(
        new RegExp(String.raw`^/etc/app/main\.conf:4: .*program:${name}\.directory' contains names`),
      ),
    ),
  );
  const result = load(`${head}[program-default]\nstartsecs=soon\n[program:a]\ncommand=a\n`);
  expect(result.ok ? '' : supervisorText(result.problems[0] ?? ({ message: '' } as never))).not.toContain('program:a');
});

test('a misspelt key in it, and a misspelt name of it, are hinted at', () => {
  const { suggestions } = load(`${head}[program-default]\nautorestrat=true\n[program_default]\n`);
  expect(suggestions).toMatchObject([
    { section: 'program-default', key: 'autorestrat', hint: 'autorestart', line: 3 },
    { section: 'program_default', key: undefined, hint: '[program-default]', line: 4 },
  ]);
});

test('two programs that get one port from it are refused, naming the line', () => {
  const shown = problemsOf(`${head}[program-default]\nport=2000\n[program:a]\ncommand=a\n[program:b]\ncommand=b\n`);
  expect(shown).toEqual([expect.stringMatching(/^\/etc\/app\/main\.conf:3: .*Port 2000 of b:b is that of a:a/)]);
});

test('for Supervisor it is one thing to mend, and its keys are none', () => {
  const text = `${head}[program-default]\nport=2000\nenvironment=A="%(port)d"\n[program:a]\ncommand=a\n`;
  const { findings } = examine(
    { file: `${directory}/main.conf`, environment: {} },
    hostOf({ 'main.conf': text }),
    'supervisor',
  );
  expect(findings).toMatchObject([{ rule: 'for-supervisor-section', line: 2, section: 'program-default' }]);
});
