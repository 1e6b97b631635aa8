/** The tables of the page, in its order; what the rows are comes from the tables of the program. */

import { exitCodes, statusExitCodes } from '../../src/ctl/exit-codes.ts';
import { optionTable } from '../../src/ctl/options.ts';
import { ownOptions } from '../../src/daemon/command-line.ts';
import { sectionKinds } from '../../src/daemon/config/sections.ts';
import { commandLineOptions } from '../../src/daemon/config/supervisord.ts';
import type { OptionSpec } from '../../src/getopt.ts';
import { faultCodes } from '../../src/rpc/faults.ts';
import { ctlOptions, daemonOptions } from './command-lines.ts';
import { commands, ctlExitCodes, shellVerdicts, statusCodes } from './commands.ts';
import {
  ctlpluginKeys,
  dashboardKeys,
  groupKeys,
  includeKeys,
  inetServerKeys,
  otherFactories,
  rpcinterfaceKeys,
  supervisorctlKeys,
  supervisordKeys,
  unixServerKeys,
} from './daemon-settings.ts';
import { differences } from './differences.ts';
import { events, protocol } from './events.ts';
import { defaultKeys } from './file-settings.ts';
import { files } from './files.ts';
import { companions, daemonExitCodes, signals, tools } from './life.ts';
import { eventlistenerKeys, fcgiKeys, otherHandlers, programKeys } from './program-settings.ts';
import { faults, methods, systemVerdicts } from './rpc.ts';
import { environment, http, moodName, moods, names, stateName, states } from './surroundings.ts';
import { upstreamKeys } from './upstream-settings.ts';
import { type Area, type Row, rowsOf, type Verdict } from './verdict.ts';

/** The verdicts of each kind of section; where a kind has more keys than that, they are those of a program. */
const keys: Readonly<Record<string, Readonly<Record<string, Verdict>>>> = {
  supervisord: supervisordKeys,
  unix_http_server: unixServerKeys,
  inet_http_server: inetServerKeys,
  supervisorctl: supervisorctlKeys,
  dashboard: dashboardKeys,
  program: programKeys,
  'program-default': defaultKeys,
  group: groupKeys,
  'fcgi-program': fcgiKeys,
  eventlistener: eventlistenerKeys,
  upstream: upstreamKeys,
  rpcinterface: rpcinterfaceKeys,
  ctlplugin: ctlpluginKeys,
  include: includeKeys,
};

const further: Readonly<Record<string, readonly Row[]>> = {
  eventlistener: [{ name: '`result_handler`: any other', verdict: otherHandlers }],
  rpcinterface: [{ name: '`supervisor.rpcinterface_factory`: any other', verdict: otherFactories }],
};

const likePrograms = new Set(['fcgi-program', 'eventlistener']);

function sections(): Area[] {
  return sectionKinds.map(({ kind, named }) => {
    const verdicts = keys[kind];
    if (verdicts === undefined) throw new Error(`Expected verdicts for the keys of [${kind}], found none`);
    return {
      title: `\`[${kind}${named === 'must' ? ':x' : ''}]\``,
      ...(likePrograms.has(kind) && { intro: 'And every key of `[program:x]`, as above.' }),
      head: 'key',
      rows: [...rowsOf(verdicts), ...(further[kind] ?? [])],
    };
  });
}

/** `-c`, `--configuration`. */
function spelled({ short, long }: OptionSpec): string {
  const flags = [...(short ?? '')].map((letter) => `\`-${letter}\``);
  return [...flags, ...(long === undefined ? [] : [`\`--${long}\``])].join(', ');
}

function daemonOptionRows(): Row[] {
  const specs: Readonly<Record<string, OptionSpec>> = {
    ...ownOptions,
    ...Object.fromEntries(
      commandLineOptions.map(({ key, short, long }) => [key, short === undefined ? { long } : { short, long }]),
    ),
  };
  return rowsOf(daemonOptions, (name) => {
    const spec = specs[name];
    if (spec === undefined)
      throw new Error(`Expected an option of tssupervisord for the verdict "${name}", found none`);
    return spelled(spec);
  });
}

const plain = (name: string) => name;

export function areas(): readonly Area[] {
  return [
    { title: 'What is different on purpose', head: 'what', rows: rowsOf(differences, plain) },
    { title: 'How files are read', head: 'what', rows: rowsOf(files, plain) },
    { title: 'Names in values', head: 'name', rows: rowsOf(names, (name) => `\`%(${name})s\``) },
    ...sections(),
    { title: 'Options of `supervisord`', head: 'option', rows: daemonOptionRows() },
    {
      title: 'Options of `supervisorctl`',
      head: 'option',
      rows: rowsOf(ctlOptions, (name) => spelled(optionTable[name as keyof typeof optionTable])),
    },
    { title: 'Commands of `supervisorctl`', head: 'command', rows: rowsOf(commands) },
    { title: 'The shell of `supervisorctl`', head: 'what', rows: rowsOf(shellVerdicts, plain) },
    {
      title: 'Exit codes of `supervisorctl`',
      intro: 'Those of the LSB for init scripts, as far as Supervisor uses them.',
      head: 'code',
      rows: [
        ...rowsOf(ctlExitCodes, (name) => `${exitCodes[name as keyof typeof exitCodes]} ${name}`),
        ...rowsOf(
          statusCodes,
          (name) => `${statusExitCodes[name as keyof typeof statusExitCodes]} ${name}, of \`status\``,
        ),
      ],
    },
    {
      title: 'XML-RPC',
      intro: 'With the same names, parameters, structs and texts; `system.listMethods` answers alike.',
      head: 'method',
      rows: [
        ...rowsOf(methods, (name) => `\`supervisor.${name}\``),
        ...rowsOf(systemVerdicts, (name) => `\`system.${name}\``),
      ],
    },
    {
      title: 'Faults',
      head: 'fault',
      rows: rowsOf(faults, (name) => `${faultCodes[name as keyof typeof faultCodes]} ${name}`),
    },
    { title: 'States', head: 'state', rows: [...rowsOf(states, stateName), ...rowsOf(moods, moodName)] },
    { title: 'Over HTTP', head: 'what', rows: rowsOf(http, plain) },
    { title: 'Events', head: 'event', rows: rowsOf(events) },
    { title: 'The protocol of event listeners', head: 'what', rows: rowsOf(protocol, plain) },
    { title: 'What programs are told', head: 'variable', rows: rowsOf(environment) },
    { title: 'Signals that `supervisord` is sent', head: 'signal', rows: rowsOf(signals, plain) },
    { title: 'Exit codes of `supervisord`', head: 'code', rows: rowsOf(daemonExitCodes, plain) },
    { title: 'The commands of the package', head: 'command', rows: rowsOf(companions) },
    { title: 'What there is around Supervisor', head: 'what', rows: rowsOf(tools, plain) },
  ];
}
