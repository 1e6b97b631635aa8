import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadCtlConfig } from '../../../src/config/ctl-config.ts';
import { nodeHost } from '../../../src/daemon/config/host.ts';
import { loadConfig } from '../../../src/daemon/config/load.ts';
import type { LoadResult } from '../../../src/daemon/config/model.ts';
import { supervisorText } from '../../../src/daemon/config/problems.ts';

let folder = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'config-')));
});
afterEach(() => rmSync(folder, { recursive: true }));

function load(text: string, environment: Record<string, string> = { HOME: folder }): LoadResult {
  writeFileSync(join(folder, 'main.conf'), text);
  return loadConfig({ file: join(folder, 'main.conf'), environment });
}

function refusals(result: LoadResult): string[] {
  return result.ok ? [] : result.problems.map(supervisorText);
}

test('directories must really be there', () => {
  const result = load(
    `[supervisord]\nchildlogdir=%(here)s\ndirectory=%(here)s/none\nlogfile=~/none/a.log\npidfile=~/a.pid\n`,
  );
  expect(refusals(result)).toEqual([
    `${folder}/none is not an existing directory`,
    'The directory named as part of the path ~/none/a.log does not exist',
  ]);
});

test('users and groups are those of the system, by name or number', () => {
  const { username, uid, gid } = userInfo();
  const text = `[supervisord]\nuser=${username}\n[unix_http_server]\nfile=s\nchown=${uid}:${gid}\n[program:w]\ncommand=x\nuser=${uid}\n`;
  expect(load(text)).toMatchObject({
    ok: true,
    config: {
      supervisord: { user: username, uid },
      httpServers: [{ chown: [uid, gid] }],
      groups: [{ processes: [{ user: String(uid), uid }] }],
    },
  });
});

test('an account that the system does not have is refused', () => {
  expect(refusals(load('[supervisord]\n[program:w]\ncommand=x\nuser=no-such-user\n'))[0]).toMatch(
    /^Invalid user name no-such-user in section 'program:w'/,
  );
});

test('included files come in the order of their names; links count, directories are passed over', () => {
  mkdirSync(join(folder, 'conf.d/d.conf'), { recursive: true });
  writeFileSync(join(folder, 'b.conf'), '[program:b]\ncommand=%(here)s/b');
  symlinkSync('../b.conf', join(folder, 'conf.d/b.conf'));
  symlinkSync('nowhere', join(folder, 'conf.d/c.conf'));
  writeFileSync(join(folder, 'conf.d/a.conf'), '[program:a]\ncommand=a');
  const result = load('[supervisord]\n[include]\nfiles=conf.d/*.conf');
  const included = (name: string) => `Included extra file "${folder}/conf.d/${name}.conf" during parsing`;
  expect(result).toMatchObject({
    ok: true,
    config: {
      files: [`${folder}/main.conf`, `${folder}/conf.d/a.conf`, `${folder}/conf.d/b.conf`],
      groups: [{ name: 'a' }, { name: 'b', processes: [{ command: `${folder}/conf.d/b` }] }],
      messages: { info: ['a', 'b', 'c', 'd'].map(included) },
    },
  });
});

test('a directory in place of the file cannot be read, a file that is missing cannot be found', () => {
  const environment = {};
  expect(refusals(loadConfig({ file: folder, environment }))).toEqual([`could not read config file ${folder}`]);
  const missing = join(folder, 'none');
  expect(refusals(loadConfig({ file: missing, environment }))).toEqual([`could not find config file ${missing}`]);
});

test('only the plug-ins that are built in can be had', () => {
  const known =
    '[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n';
  expect(load(`[supervisord]\n${known}`).ok).toBe(true);
  const twiddler = '[rpcinterface:twiddler]\nsupervisor.rpcinterface_factory = supervisor_twiddler.rpcinterface:make\n';
  expect(refusals(load(`[supervisord]\n${twiddler}`))).toEqual([
    'supervisor_twiddler.rpcinterface:make cannot be resolved within [rpcinterface:twiddler]',
  ]);
  const handler = '[eventlistener:l]\ncommand=x\nevents=EVENT\nresult_handler=a:b\n';
  expect(refusals(load(`[supervisord]\n${handler}`))).toEqual(['a:b cannot be resolved within [eventlistener:l]']);
});

test('AUTO logs go where TMPDIR points, if that is a directory', () => {
  const childlogdir = (TMPDIR: string) => {
    const result = load('[supervisord]\n', { TMPDIR });
    return result.ok ? result.config.supervisord.childlogdir : undefined;
  };
  expect([childlogdir(folder), childlogdir(join(folder, 'none'))]).toEqual([folder, '/tmp']);
  expect(nodeHost({}).tempDirectory).toBe('/tmp');
});

test('supervisorctl reads its section of the file, takes defaults without one, and says what is wrong', () => {
  const file = join(folder, 'main.conf');
  const request = { file, argv0: join(folder, 'bin/supervisorctl'), environment: { HOME: folder } };
  writeFileSync(file, '[supervisorctl]\nserverurl=unix://%(here)s/s.sock\nhistory_file=~/.h\nprompt=mine\n');
  expect(loadCtlConfig(request)).toMatchObject({
    ok: true,
    config: { serverurl: `unix://${folder}/s.sock`, history_file: `${folder}/.h`, prompt: 'mine', username: undefined },
  });
  writeFileSync(file, '[supervisord]\n');
  expect(loadCtlConfig(request)).toEqual({ ok: false, message: '.ini file does not include supervisorctl section' });
  mkdirSync(join(folder, 'etc'));
  writeFileSync(join(folder, 'etc/supervisord.conf'), '[supervisorctl]\nprompt=found\n');
  expect(loadCtlConfig({ ...request, file: undefined })).toMatchObject({ ok: true, config: { prompt: 'found' } });
});
