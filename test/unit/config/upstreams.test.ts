import { expect, test } from 'vitest';
import { differenceOf } from '../../../src/daemon/config/difference.ts';
import { serverAddress } from '../../../src/daemon/upstreams/server-address.ts';
import { load, loaded } from '../../support/config-files.ts';

const web = '[program:web]\ncommand=web\nprocess_name=%(program_name)s_%(process_num)d\nnumprocs=2\nport=2000\n';
const nginx = '[program:nginx]\ncommand=nginx\n';
const upstream = (...lines: string[]): string => ['[upstream:web]', ...lines, ''].join('\n');
const forNginx = upstream('programs=web', 'driver=nginx', 'file=run/web.conf', 'reload=nginx');

const file = (...sections: string[]): string => ['[supervisord]', ...sections].join('\n');

/** `key at line: message` of a file with the programs web and nginx. */
function problems(section: string, programs: string = web + nginx): string[] {
  const result = load(file(programs, section));
  return result.ok ? [] : result.problems.map(({ key, message }) => `${key}: ${message}`);
}

test('a section for nginx has its programs, its file, its commands in words and its times', () => {
  const section = upstream(
    'programs = web, nginx',
    'driver=nginx',
    'file=%(here)s/web.conf',
    'options = max_fails=1 fail_timeout=1s',
    'test=nginx -t -c "/etc/my nginx.conf"',
    'reload=command: nginx -s reload',
    'drain=500ms',
  );
  expect(loaded(file(web, `${nginx}port=80\n`, section)).upstreams).toEqual([
    {
      name: 'web',
      programs: ['web', 'nginx'],
      options: 'max_fails=1 fail_timeout=1s',
      drainMs: 500,
      driver: {
        type: 'nginx',
        file: '/etc/app/web.conf',
        test: ['nginx', '-t', '-c', '/etc/my nginx.conf'],
        reload: { type: 'command', argv: ['nginx', '-s', 'reload'] },
      },
    },
  ]);
});

test('a section for haproxy means the backend of its own name, five seconds of drain', () => {
  const section = upstream('programs=web', 'driver=haproxy', 'socket=/run/haproxy.sock');
  expect(loaded(file(web, section)).upstreams).toMatchObject([
    { drainMs: 5000, driver: { type: 'haproxy', socket: '/run/haproxy.sock', backend: 'web' } },
  ]);
});

test('its processes know how long their connections may take, and the others have no such field', () => {
  const { groups } = loaded(file(web, nginx, forNginx));
  const processes = groups.flatMap((group) => group.processes);
  expect(processes.map(({ name, upstreamDrainMs }) => [name, upstreamDrainMs])).toEqual([
    ['nginx', undefined],
    ['web_0', 5000],
    ['web_1', 5000],
  ]);
  expect(processes[0]).not.toHaveProperty('upstreamDrainMs');
});

test('an upstream that comes, goes or drains longer is no change of any group', () => {
  const plain = loaded(file(web, nginx));
  const with5 = loaded(file(web, nginx, forNginx));
  expect(plain).not.toHaveProperty('upstreams');
  expect(differenceOf(plain.groups, with5.groups)).toEqual({ added: [], changed: [], removed: [] });
});

test('its servers are those of the members of a group and of FastCGI programs too', () => {
  const group = '[group:site]\nprograms=web\n';
  const php = '[fcgi-program:php]\ncommand=php\nsocket=unix:///run/php.sock\n';
  const section = upstream('programs=web,php', 'driver=nginx', 'file=w', 'reload=nginx');
  const { groups } = loaded(file(web, nginx, group, php, section));
  const drained = groups.flatMap(({ processes }) => processes).filter((one) => one.upstreamDrainMs !== undefined);
  expect(drained.map((process) => [`${process.group}:${process.name}`, serverAddress(process)])).toEqual([
    ['php:php', { family: 'unix', path: '/run/php.sock' }],
    ['site:web_0', { family: 'inet', host: '127.0.0.1', port: 2000 }],
    ['site:web_1', { family: 'inet', host: '127.0.0.1', port: 2001 }],
  ]);
});

test.each([
  ['bind=0.0.0.0\nport=80', '127.0.0.1', 80],
  ['bind=*\nport=80', '127.0.0.1', 80],
  ['bind=::\nport=80', '::1', 80],
  ['bind=[::1]\nport=80', '::1', 80],
  ['listen=tcp://*:81\nport_metrics=80', '127.0.0.1', 81],
  ['bind=10.0.0.1\nport_metrics=80\nport=82', '10.0.0.1', 82],
])('with %s the server is at %s', (settings, host, port) => {
  const [group] = loaded(file(`[program:x]\ncommand=x\n${settings}\n`)).groups;
  expect(group?.processes.map(serverAddress)).toEqual([{ family: 'inet', host, port }]);
});

test.each([
  ['programs=web\ndriver=nginx\nfile=x\nreload=ngnix', 'reload: Cannot find program "ngnix" for [upstream:web]'],
  ['programs=wep\ndriver=nginx\nfile=x\nreload=nginx', 'programs: Cannot find program "wep" for [upstream:web]'],
  [
    'programs=nginx\ndriver=nginx\nfile=x\nreload=nginx',
    'programs: Cannot send requests to program "nginx": it has no address',
  ],
  ['programs=web\ndriver=apache', 'driver: Cannot tell a proxy of kind "apache"'],
  ['programs=web', 'undefined: section [upstream:web] has no driver value'],
  ['driver=haproxy\nsocket=s', 'undefined: section [upstream:web] has no programs value'],
  ['programs=web\ndriver=nginx\nreload=nginx', 'undefined: section [upstream:web] has no file value'],
  ['programs=web\ndriver=nginx\nfile=x', 'undefined: section [upstream:web] has no reload value'],
  ['programs=web\ndriver=haproxy', 'undefined: section [upstream:web] has no socket value'],
  ['programs=web\ndriver=haproxy\nsocket=s\nfile=x', 'file: Cannot use file with driver=haproxy: it is for nginx'],
  [
    'programs=web\ndriver=nginx\nfile=x\nreload=nginx\nbackend=b',
    'backend: Cannot use backend with driver=nginx: it is for haproxy',
  ],
  [
    'programs=web\ndriver=nginx\nfile=x\nreload=nginx\noptions=down; }',
    'options: Cannot put "down; }" behind a server',
  ],
  ['programs=web\ndriver=haproxy\nsocket=s\nbackend=a/b', 'backend: Cannot find a backend "a/b" in haproxy'],
  ['programs=web\ndriver=haproxy\nsocket=s\ndrain=2h', 'drain: Cannot wait "2h" for connections to end'],
  ['programs=web\ndriver=nginx\nfile=x\nreload=command:', 'reload: Cannot run "": it is empty'],
  [
    'programs=web\ndriver=nginx\nfile=x\nreload=nginx\ntest=nginx "-t',
    'test: Cannot run "nginx \\"-t": No closing quotation',
  ],
])('%j is refused', (settings, problem) => {
  expect(problems(upstream(settings))).toEqual([problem]);
});

test('two that would write one file are refused, whatever its name looks like', () => {
  const other = upstream('programs=web', 'driver=nginx', 'file=/etc/app/run/../run/web.conf', 'reload=nginx');
  expect(problems(forNginx + other.replace('upstream:web', 'upstream:other'))).toEqual([
    'file: Cannot write [upstream:other] into the file of [upstream:web]',
  ]);
});

test('a misspelt program has a hint, a line and what was expected', () => {
  const result = load(file(web, nginx, upstream('programs=wep', 'driver=nginx', 'file=x', 'reload=nginx')));
  expect(result.ok ? [] : result.problems).toMatchObject([
    { line: 12, section: 'upstream:web', key: 'programs', expected: 'names of programs', got: 'wep', hint: 'web' },
  ]);
});

test('haproxy is told addresses only, and names that it takes', () => {
  const section = upstream('programs=web', 'driver=haproxy', 'socket=s');
  expect(problems(section, web.replace('port=2000', 'bind=my.host\nport=2000'))).toContain(
    'programs: Cannot tell haproxy of web:web_0 at my.host: it takes addresses, not names',
  );
  expect(problems(section, web.replace('%(program_name)s_', 'a+b_'))).toContain(
    'programs: Cannot call a server of haproxy "web:a+b_0"',
  );
});
