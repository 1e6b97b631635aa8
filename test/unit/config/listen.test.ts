import { expect, test } from 'vitest';
import { differenceOf } from '../../../src/daemon/config/difference.ts';
import type { LoadResult, ProcessConfig } from '../../../src/daemon/config/model.ts';
import { load as loadText } from '../../support/config-files.ts';

function load(programs: string): LoadResult {
  return loadText(`[supervisord]\n${programs}`);
}

function groups(programs: string) {
  const result = load(programs);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.config.groups;
}

const processes = (programs: string): ProcessConfig[] => groups(programs).flatMap((group) => group.processes);
const program = (...settings: string[]): string => `[program:web]\ncommand=web\n${settings.join('\n')}\n`;
const urlsOf = (process: ProcessConfig | undefined) => process?.listen?.sockets.map(({ url }) => url);

/** `key: message`, and the line of the key in the text that was read. */
function problems(programs: string): string[] {
  const result = load(programs);
  return result.ok ? [] : result.problems.map(({ key, message }) => `${key}: ${message}`);
}

const numbered = 'process_name=%(program_name)s_%(process_num)d\nnumprocs=2';

test('several URLs are read in their order, each in one form', () => {
  const [web] = processes(
    program('listen=tcp://LocalHost:8000, tcp://[0:0::1]:8001,unix:///run/./web.sock, tcp://*:80'),
  );
  expect(web?.listen?.sockets.map(({ url, address }) => [url, address])).toEqual([
    ['tcp://localhost:8000', { family: 'inet', host: 'localhost', port: 8000 }],
    ['tcp://[0:0::1]:8001', { family: 'inet', host: '0:0::1', port: 8001 }],
    ['unix:///run/web.sock', { family: 'unix', path: '/run/web.sock' }],
    ['tcp://0.0.0.0:80', { family: 'inet', host: '0.0.0.0', port: 80 }],
  ]);
});

test('without the other keys it is descriptors 3 and up, named after the program, with a queue of 1024', () => {
  const [web] = processes(program('listen=tcp://127.0.0.1:8000,unix:///run/web.sock'));
  expect(web?.listen).toMatchObject({
    as: 'fds',
    names: ['web', 'web'],
    sockets: [
      { backlog: 1024, isSpread: false },
      { backlog: 1024, mode: 0o700, isSpread: false },
    ],
  });
  expect(processes(program())[0]?.listen).toBeUndefined();
});

test('on_demand replaces autostart and needs listen; idle_stop needs on_demand', () => {
  const [web] = processes(program('listen=tcp://127.0.0.1:8000', 'on_demand=true', 'idle_stop=2m'));
  expect(web).toMatchObject({ autostart: false, listen: { onDemand: { idleStopMs: 120_000 } } });
  expect(processes(program('listen=tcp://127.0.0.1:8000'))[0]?.listen).not.toHaveProperty('onDemand');
  expect(problems(program('on_demand=true'))).toEqual([
    'on_demand: Cannot start on demand without a socket to wait at',
  ]);
  expect(problems(program('listen=tcp://127.0.0.1:8000', 'idle_stop=5'))).toEqual([
    'idle_stop: Cannot use idle_stop: nothing would start the program again',
  ]);
});

test('the other keys are read, mode and owner for unix sockets alone', () => {
  const [web] = processes(
    program(
      'listen=tcp://127.0.0.1:8000,unix:///run/web.sock',
      'listen_names=http,local',
      'listen_backlog=7',
      'listen_mode=0660',
      'listen_owner=0:0',
    ),
  );
  expect(web?.listen?.names).toEqual(['http', 'local']);
  expect(web?.listen?.sockets).toMatchObject([{ backlog: 7 }, { backlog: 7, mode: 0o660, owner: [0, 0] }]);
  expect(web?.listen?.sockets[0]).not.toHaveProperty('mode');
});

test('a URL may have the names of a process, its port and its bind', () => {
  const own = processes(program(numbered, 'port=8000', 'listen=tcp://%(bind)s:%(port)d,unix:///run/%(process_num)d'));
  expect(own.map(urlsOf)).toEqual([
    ['tcp://127.0.0.1:8000', 'unix:///run/0'],
    ['tcp://127.0.0.1:8001', 'unix:///run/1'],
  ]);
  expect(processes(program('bind=::1', 'port=80', 'listen=tcp://%(bind)s:%(port)d')).map(urlsOf)).toEqual([
    ['tcp://[::1]:80'],
  ]);
});

test.each([
  ['8000', ''],
  ['tcp://127.0.0.1', ''],
  ['tcp://127.0.0.1:', ': "" is no port'],
  ['tcp://127.0.0.1:70000', ': "70000" is no port'],
  ['tcp://[127.0.0.1:80', ''],
  ['tcp://a b:80', ''],
  ['tcp://::x:80', ''],
  ['http://127.0.0.1:80', ''],
  ['unix://run/web.sock', ': the path must be absolute'],
  [`unix:///${'x'.repeat(107)}`, ': the path is longer than 107 bytes'],
  ['', ''],
])('listen=%s is refused', (url, why) => {
  expect(problems(program(`listen=tcp://127.0.0.1:1,${url}`))).toEqual([
    `listen: Cannot listen on ${JSON.stringify(url)}${why}`,
  ]);
});

test.each([
  [['listen=tcp://a:1,unix:///b', 'listen_as=stdin'], 'listen_as: Cannot make descriptor 0 of 2 sockets'],
  [['listen=tcp://a:1', 'listen_as=fd'], 'listen_as: Cannot hand sockets over as "fd"'],
  [['listen=tcp://a:1', 'listen_names=a,b'], 'listen_names: Cannot give 2 names to 1 sockets'],
  [['listen=tcp://a:1', 'listen_names=a:b'], 'listen_names: Cannot use "a:b" as the name of a descriptor'],
  [['listen=tcp://a:1', 'listen_backlog=0'], 'listen_backlog: Cannot let 0 connections wait'],
  [
    ['listen=tcp://a:1', 'listen_mode=0600'],
    'listen_mode: Cannot use listen_mode: it is for unix sockets, and listen has none',
  ],
  [
    ['listen=tcp://a:1', 'listen_owner=0'],
    'listen_owner: Cannot use listen_owner: it is for unix sockets, and listen has none',
  ],
  [['listen_owner=nobody:no_such group'], 'listen_owner: Invalid listen_owner value nobody:no_such group'],
  [['listen=unix:///a', 'reuseport=true'], 'reuseport: Cannot use reuseport with a unix socket: only tcp has it'],
  [['listen=tcp://a:1,tcp://a:1'], 'listen: Cannot listen twice on one address of "tcp://a:1,tcp://a:1"'],
])('%s is refused', (settings, message) => {
  expect(problems(program(...settings))).toEqual([message]);
});

test('a problem names the line', () => {
  const result = load(program('listen=tcp://a:1,tcp://a:2', 'listen_as=stdin'));
  expect(result).toMatchObject({ problems: [{ line: 5, key: 'listen_as', got: 'stdin' }] });
});

test('descriptor 0 of a listener and of an fcgi-program is taken', () => {
  const keys = 'listen=tcp://127.0.0.1:1\nlisten_as=stdin\n';
  expect(problems(`[eventlistener:e]\ncommand=e\nevents=TICK_5\n${keys}`)).toEqual([
    'listen_as: Cannot make descriptor 0 of a socket: there it is the protocol',
  ]);
  expect(problems(`[fcgi-program:f]\ncommand=f\nsocket=tcp://127.0.0.1:2\n${keys}`)).toEqual([
    'listen_as: Cannot make descriptor 0 of a socket: there it is the socket of "socket"',
  ]);
});

test('one address of two programs is refused, naming both', () => {
  const other = (setting: string) =>
    `${program('listen=tcp://0.0.0.0:8000,unix:///run/a')}[program:z]\ncommand=z\n${setting}\n`;
  const place = String.raw`web:web \(.*main\.conf:4\)$`;
  const port = [expect.stringMatching(`Port 8000 of z:z is that of ${place}`)];
  expect(problems(other('listen=tcp://127.0.0.1:8000'))).toEqual(port);
  expect(problems(other('port=8000'))).toEqual(port);
  expect(problems(other('listen=unix:///run/../run/a'))).toEqual([
    expect.stringMatching(`Socket /run/a of z:z is that of ${place}`),
  ]);
  expect(problems(other('listen=tcp://127.0.0.1:8001,unix:///run/b'))).toEqual([]);
  expect(problems(`[inet_http_server]\nport=8000\n${program('listen=tcp://[::]:8000')}`)).toHaveLength(1);
  expect(problems(`[unix_http_server]\nfile=/run/a\n${program('listen=unix:///run/a')}`)).toHaveLength(1);
  expect(
    problems(`[group:g]\nprograms=web\n[group:h]\nprograms=web\n${program('listen=tcp://127.0.0.1:8000')}`),
  ).toHaveLength(1);
});

test('unix sockets of two programs without our keys are left to clash at their start, as under Supervisor', () => {
  const fcgi = (name: string) => `[fcgi-program:${name}]\ncommand=f\nsocket=unix:///run/f\n`;
  expect(problems(fcgi('a') + fcgi('b'))).toEqual([]);
});

test('what two processes of a program share is no clash, and neither is a port that is their own socket', () => {
  expect(problems(program(numbered, 'listen=tcp://127.0.0.1:8000'))).toEqual([]);
  const held = processes(program('port=8000', 'port_metrics=9000', 'listen=tcp://127.0.0.1:8000'));
  expect(held[0]?.ports).toEqual([
    { key: 'port', port: 8000, isHeld: true },
    { key: 'port_metrics', port: 9000 },
  ]);
  expect(processes(program('port=8000', 'listen=tcp://127.0.0.2:8000'))[0]?.ports).toEqual([
    { key: 'port', port: 8000 },
  ]);
});

test('automatic ports keep away from held sockets', () => {
  const auto = '[supervisord]\nport_range=3000-3005\n[program:a]\ncommand=a\nport=auto\n';
  const all = processes(auto + program('listen=unix:///run/a,tcp://127.0.0.1:3000'));
  expect(all.map(({ ports }) => ports[0]?.port)).toEqual([3001, undefined]);
});

test('a change of listen, and of how it is listened, is a change of the program', () => {
  const before = program('listen=tcp://127.0.0.1:8000');
  const changed = (...settings: string[]) => differenceOf(groups(before), groups(program(...settings))).changed;
  expect(changed('listen=tcp://127.0.0.1:8000')).toEqual([]);
  expect(changed('listen=tcp://127.0.0.1:8001')).toEqual(['web']);
  expect(changed('listen=tcp://127.0.0.1:8000', 'listen_backlog=5')).toEqual(['web']);
  expect(changed()).toEqual(['web']);
});
