import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/daemon/config/load.ts';
import { childServerUrl } from '../../../src/daemon/config/servers.ts';
import { directory, hostOf, load, loaded } from '../../support/config-files.ts';

test('the command line wins over the file, and a flag of it switches on', () => {
  const { supervisord } = loaded('[supervisord]\nloglevel=info\nlogfile=/tmp/a\nnodaemon=false\nminfds=5\n', {
    overrides: { loglevel: 'DEBUG', logfile: 'b.log', nodaemon: 'true', umask: '077' },
  });
  expect(supervisord).toMatchObject({
    loglevel: 'debug',
    logfile: '/etc/app/b.log',
    nodaemon: true,
    umask: 0o77,
    minfds: 5,
  });
});

test('a value of the file must be right even where the command line overrides it', () => {
  expect(load('[supervisord]\nloglevel=loud\n', { overrides: { loglevel: 'info' } }).ok).toBe(false);
});

test('a configuration names its files, the main one first', () => {
  const { file, here, files } = loaded({
    'main.conf': '[supervisord]\n[include]\nfiles=conf.d/*.conf',
    'conf.d/b.conf': '',
    'conf.d/a.conf': '',
  });
  expect({ file, here, files }).toEqual({
    file: '/etc/app/main.conf',
    here: '/etc/app',
    files: ['/etc/app/main.conf', '/etc/app/conf.d/a.conf', '/etc/app/conf.d/b.conf'],
  });
});

test('a relative file is taken from the working directory', () => {
  const host = hostOf({ 'main.conf': '[supervisord]\npidfile=%(here)s/a.pid' });
  const result = loadConfig(
    { file: 'main.conf', environment: {} },
    { ...host, readFile: (path) => host.readFile(`${directory}/${path}`) },
  );
  expect(result.ok && [result.config.file, result.config.supervisord.pidfile]).toEqual([
    '/etc/app/main.conf',
    '/etc/app/a.pid',
  ]);
});

test('reading a file twice gives the same and changes nothing in between', () => {
  const request = { environment: { HOME: '/root' } };
  const text = '[supervisord]\nenvironment=A=1\n[program:w]\ncommand=%(ENV_A)s\n';
  expect(loaded(text, request)).toEqual(loaded(text, request));
  expect(load('[supervisord]\n[program:w]\ncommand=%(ENV_A)s\n', request).ok).toBe(false);
  expect(request).toEqual({ environment: { HOME: '/root' } });
});

test('a literal %(here)s survives an [include] in the same file', () => {
  const { groups } = loaded('[supervisord]\n[include]\nfiles=x\n[program:w]\ncommand=echo %%(here)s %(here)s\n');
  expect(groups[0]?.processes[0]?.command).toBe('echo %(here)s /etc/app');
});

test('a variable of the environment with a percent sign is not expanded again', () => {
  const { groups } = loaded('[supervisord]\n[program:w]\ncommand=%(ENV_P)s\n', { environment: { P: '%(here)s 100%' } });
  expect(groups[0]?.processes[0]?.command).toBe('%(here)s 100%');
});

test('a server says whether it may be reached without a password', () => {
  const { httpServers } = loaded(
    '[supervisord]\n[inet_http_server:a]\nport=1\n[inet_http_server:b]\nport=2\nallow_unauthenticated=true\n',
  );
  expect(httpServers).toMatchObject([{ allow_unauthenticated: false }, { allow_unauthenticated: true }]);
});

test('children are told the first unix server, else the last inet server', () => {
  const unix = '[unix_http_server:a]\nfile=/a\n[unix_http_server:b]\nfile=/b\n';
  const inet = '[inet_http_server:a]\nport=1\n[inet_http_server:b]\nport=Host:2\n';
  expect(childServerUrl(loaded(`[supervisord]\n${inet}${unix}`).httpServers)).toBe('unix:///a');
  expect(childServerUrl(loaded(`[supervisord]\n${inet}`).httpServers)).toBe('http://host:2');
  expect(childServerUrl([])).toBeUndefined();
});

test('a listener that writes no buffer_size is told apart from one that writes 10', () => {
  const text =
    '[supervisord]\n[eventlistener:a]\ncommand=x\nevents=EVENT\n[eventlistener:b]\ncommand=x\nevents=EVENT\nbuffer_size=10\n';
  expect(loaded(text).groups).toMatchObject([
    { buffer_size: 10, buffer_size_written: false },
    { buffer_size: 10, buffer_size_written: true },
  ]);
});

test('a misspelt key or section is hinted at, and is no error', () => {
  const result = load(
    '[supervisord]\n[program:web]\ncommand=x\nautorestrat=false\nmy_own_key=1\n[programm:b]\n[Program:c]\n[mine:d]\n',
  );
  expect(result.ok).toBe(true);
  expect(result.suggestions).toEqual([
    { file: '/etc/app/main.conf', line: 4, section: 'program:web', key: 'autorestrat', hint: 'autorestart' },
    { file: '/etc/app/main.conf', line: 6, section: 'programm:b', key: undefined, hint: '[program:b]' },
    { file: '/etc/app/main.conf', line: 7, section: 'Program:c', key: undefined, hint: '[program:c]' },
  ]);
});

test('a key with two wrong letters is still recognised, one with three is not', () => {
  const result = load('[supervisord]\n[program:web]\ncommand=x\nstdout_logfle_maxbyte=1\nstdout_lgfle_maxbyte=1\n');
  expect(result.suggestions).toMatchObject([{ key: 'stdout_logfle_maxbyte', hint: 'stdout_logfile_maxbytes' }]);
});

test('a name that is a number, or one of the words of JavaScript, is a name', () => {
  const { groups } = loaded(
    '[supervisord]\n[program:1]\ncommand=x\n[program:__proto__]\ncommand=y\n__proto__=z\nenvironment=__proto__=1\n',
  );
  expect(groups.map(({ name, processes }) => [name, processes[0]?.command])).toEqual([
    ['1', 'x'],
    ['__proto__', 'y'],
  ]);
  expect(Object.keys(groups[1]?.processes[0]?.environment ?? {})).toEqual(['__proto__']);
});

test('a plug-in that cannot be had is refused by name', () => {
  const host = {
    ...hostOf({ 'main.conf': '[supervisord]\n[rpcinterface:x]\nsupervisor.rpcinterface_factory=a:b\n' }),
    resolvesFactory: () => false,
  };
  const result = loadConfig({ file: '/etc/app/main.conf', environment: {} }, host);
  expect(result.ok ? [] : result.problems).toMatchObject([
    { line: 3, message: 'a:b cannot be resolved within [rpcinterface:x]' },
  ]);
});
