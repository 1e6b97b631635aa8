/** uWSGI. What it is told may stand in its arguments, in its environment and in ini files: all are looked into. */
import { scan } from '../../../config/ini.ts';
import type { Program } from './program.ts';
import { signals } from './program.ts';
import type { ProgramRule } from './rule.ts';

type Settings = ReadonlyMap<string, string>;

const shortNames: Readonly<Record<string, string>> = { '-M': 'master', '-d': 'daemonize' };
const configuration =
  /^(?:ini|xml|yaml|yml|json|sqlite3|lua|perl|ldap|zerg|emperor|vassals|inherit|include|config|ini-paste.*|paste.*|pidfile)$/;

/** All that a uWSGI is told; undefined if part of it cannot be read here. */
function settingsOf(program: Program): Settings | undefined {
  if (program.name !== 'uwsgi' && !/^uwsgi[-_](?:core|python\d*)$/.test(program.name)) return undefined;
  const settings = new Map<string, string>();
  const files: string[] = [];
  for (const [at, word] of program.args.entries()) {
    const next = program.args[at + 1] ?? '';
    const [, long, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
    const name = long ?? shortNames[word.slice(0, 2)];
    if (name !== undefined) settings.set(name, value ?? next);
    else if (/^-[ixyj]$/.test(word) || /\.(?:ini|xml|ya?ml|json)$/.test(word)) files.push(word);
  }
  for (const [key, value] of Object.entries(program.process.environment)) {
    if (key.startsWith('UWSGI_')) settings.set(key.slice('UWSGI_'.length).toLowerCase().replaceAll('_', '-'), value);
  }
  const named = settings.get('ini');
  settings.delete('ini');
  const all = new Set(named === undefined ? files : [...files, named]);
  // Without any argument it takes all from the environment, which may come from elsewhere.
  if (program.args.length === 0) return undefined;
  for (const file of all) {
    const text = file.endsWith('.ini') ? program.read(file) : undefined;
    const scanned = text === undefined ? undefined : scan(text);
    if (scanned?.type !== 'entries') return undefined;
    for (const entry of scanned.entries) {
      if (entry.type === 'setting' && entry.section === 'uwsgi') settings.set(entry.key, entry.value);
    }
  }
  return [...settings.keys()].some((key) => key !== 'pidfile' && configuration.test(key)) ? undefined : settings;
}

const isOn = (settings: Settings, key: string): boolean =>
  settings.has(key) && !/^(?:false|no|0)$/i.test(settings.get(key) ?? '');

export const uwsgiRules: readonly ProgramRule[] = [
  {
    id: 'uwsgi-term',
    title: 'uWSGI that takes TERM for a reload',
    why: 'Unless it is told otherwise, the master of uWSGI 2.0 answers TERM with a reload: a stop takes stopwaitsecs and ends with KILL.',
    source: 'https://uwsgi-docs.readthedocs.io/en/latest/Management.html#signals-for-controlling-uwsgi',
    look(program) {
      const settings = settingsOf(program);
      if (settings === undefined || program.process.stopsignal !== signals.TERM || !isOn(settings, 'master')) return;
      if (isOn(settings, 'die-on-term') || settings.has('hook-master-start')) return;
      return {
        key: 'stopsignal',
        what: 'uWSGI takes the stop signal TERM for a reload and will be killed',
        fix: 'stopsignal=INT, or die-on-term in the settings of uWSGI',
      };
    },
  },
  {
    id: 'uwsgi-daemonize',
    title: 'uWSGI in the background',
    why: 'What goes to the background looks ended: it is started again and again, and never stopped.',
    source: 'https://uwsgi-docs.readthedocs.io/en/latest/Options.html#daemonize',
    look(program) {
      const settings = settingsOf(program);
      const key = ['daemonize', 'daemonize2'].find((name) => settings?.has(name));
      if (key === undefined) return;
      return {
        key: 'command',
        what: `uWSGI is told to go to the background (${key})`,
        fix: `take ${key} out of its settings`,
      };
    },
  },
];
