import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configPages } from '../../../scripts/config-docs/pages.ts';
import { loadCtlConfig } from '../../../src/config/ctl-config.ts';
import type { NamesLevel } from '../../../src/config/option.ts';
import { sampleConfig } from '../../../src/daemon/config/sample.ts';
import { kindOf, sectionKinds } from '../../../src/daemon/config/sections.ts';
import { directory, hostOf, load, loaded } from '../../support/config-files.ts';

const root = join(import.meta.dirname, '../../..');

test.each(Object.entries(configPages()))('%s is what the tables of settings say', (file, text) => {
  // If it is not: npm run build && node build/config-docs.cjs --write
  expect(readFileSync(join(root, file), 'utf8')).toBe(text);
});

test('the sample configuration holds every setting of every section it shows', () => {
  const shown = sampleConfig()
    .split(/^;?(?=\[)/m)
    .slice(1);
  for (const section of shown) {
    const name = /^\[(.*)\]/.exec(section)?.[1] ?? '';
    const keys = [...section.matchAll(/^;?([\w.]+)=/gm)].map(([, key]) => key);
    expect(keys, name).toEqual(Object.keys(kindOf(name)?.options ?? {}));
  }
});

test('the sample configuration is one that loads, as it is and with everything switched on', () => {
  const asItIs = loaded({ 'main.conf': sampleConfig() });
  expect(asItIs.httpServers).toMatchObject([{ family: 'unix', file: '/tmp/supervisor.sock' }]);
  expect(asItIs.rpcinterfaces).toHaveLength(1);
  expect(sampleConfig()).toContain('Sample supervisor config file');
  const on = sampleConfig()
    .replace(/^;(?=[[\w])/gm, '')
    .replace('progname1,progname2', 'theprogramname');
  expect(loaded({ 'main.conf': on }).groups.map(({ name }) => name)).toEqual([
    'theeventlistenername',
    'thefcgiprogramname',
    'thegroupname',
  ]);
});

/** The names that each level of the tables promises; the names of a level are all it has. */
const names: Readonly<Record<NamesLevel, readonly string[]>> = {
  environment: ['ENV_HOME'],
  here: ['ENV_HOME', 'here'],
  node: ['ENV_HOME', 'here', 'host_node_name'],
  program: ['ENV_HOME', 'here', 'host_node_name', 'program_name', 'group_name'],
  process: ['ENV_HOME', 'here', 'host_node_name', 'program_name', 'group_name', 'process_num', 'numprocs'],
  'own environment': [
    'ENV_HOME',
    'here',
    'host_node_name',
    'program_name',
    'group_name',
    'process_num',
    'numprocs',
    'ENV_OWN',
  ],
};

/** What a section of each kind needs beside the setting under test. */
const needed: Readonly<Record<string, string>> = {
  program: 'command=x',
  'fcgi-program': 'command=x\nsocket=tcp://x:1',
  eventlistener: 'command=x\nevents=EVENT',
  inet_http_server: 'port=1',
  unix_http_server: 'file=/x',
  rpcinterface: 'supervisor.rpcinterface_factory=x',
  ctlplugin: 'supervisor.ctl_factory=x',
};

function knowsName(kind: string, named: string, key: string, name: string): boolean {
  const header = named === 'must' ? `[${kind}:x]` : `[${kind}]`;
  const others = (needed[kind] ?? '').split('\n').filter((line) => !line.startsWith(`${key}=`));
  const own = key === 'environment' || !/program|listener/.test(kind) ? [] : ['environment=OWN="1"'];
  const value = key === 'environment' ? `A="%(${name})s"` : `%(${name})s`;
  const section = [header, ...others, ...own, `${key}=${value}`].join('\n');
  const text = kind === 'supervisord' ? section : `[supervisord]\n[supervisorctl]\n${section}\n`;
  const message = kind.includes('ctl') || kind === 'dashboard' ? ctlMessage(text) : messagesOf(text);
  return !message.includes(`contains names ('${name}')`);
}

function messagesOf(text: string): string {
  const result = load(text);
  return result.ok ? '' : result.problems.map(({ message }) => message).join('\n');
}

function ctlMessage(text: string): string {
  const host = hostOf({ 'main.conf': text });
  const result = loadCtlConfig({ file: `${directory}/main.conf`, argv0: 'x', environment: { HOME: '/root' } }, host);
  if (!result.ok) return result.message;
  try {
    result.config.servers();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('each setting expands the names that its table promises, and no others', () => {
  const settings = sectionKinds
    .filter(({ keysOf }) => keysOf === undefined)
    .flatMap(({ kind, named, options }) =>
      Object.entries(options).map(([key, option]) => [`[${kind}] ${key}`, kind, named, key, option.names] as const),
    );
  test.each(settings)('%s', (_, kind, named, key, level) => {
    const extra = kind === 'fcgi-program' && key === 'socket' ? ['program_name'] : [];
    const known = names['own environment'].filter((name) => knowsName(kind, named, key, name));
    expect(known.sort()).toEqual([...names[level], ...extra].sort());
  });
});
