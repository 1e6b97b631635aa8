import { ctlpluginOptions, dashboardOptions, supervisorctlOptions } from '../../config/ctl-options.ts';
import type { OptionTable } from '../../config/option.ts';
import {
  groupOptions,
  includeOptions,
  inetServerOptions,
  rpcinterfaceOptions,
  supervisordOptions,
  unixServerOptions,
} from './daemon-options.ts';
import { defaultSection } from './default-section.ts';
import { eventlistenerOptions, fcgiOptions, programOptions } from './program-options.ts';
import { upstreamOptions } from './upstream-options.ts';

export interface SectionKind {
  /** What the section's name is or, with a name of its own behind it, begins with: `program`. */
  readonly kind: string;
  readonly named: 'never' | 'may' | 'must';
  readonly options: OptionTable;
  readonly doc: string;
  /** The keys are those of another kind, and the manual lists them there only. */
  readonly keysOf?: string;
  /** Ours: Supervisor passes the section over. */
  readonly ours?: true;
  /** Whether keys that are not in the table mean something. */
  readonly open?: true;
}

/** Every kind of section that means something, in the order of the manual. */
export const sectionKinds: readonly SectionKind[] = [
  {
    kind: 'supervisord',
    named: 'never',
    options: supervisordOptions,
    doc: 'The daemon itself. Every file set has it.',
  },
  {
    kind: 'unix_http_server',
    named: 'may',
    options: unixServerOptions,
    doc: 'A unix socket for `tssupervisorctl`, RPC and the web page. There may be several.',
  },
  {
    kind: 'inet_http_server',
    named: 'may',
    options: inetServerOptions,
    doc: 'A TCP port for `tssupervisorctl`, RPC and the web page. There may be several.',
  },
  {
    kind: 'supervisorctl',
    named: 'never',
    options: supervisorctlOptions,
    doc: 'The control command. It reads the main file only and follows no `[include]`.',
  },
  {
    kind: 'dashboard',
    named: 'never',
    options: dashboardOptions,
    ours: true,
    doc: 'Ours: what `tssupervisorctl dashboard` shows. It is read as `[supervisorctl]` is.',
  },
  { kind: 'program', named: 'must', options: programOptions, doc: 'A program to run.' },
  {
    kind: defaultSection,
    named: 'never',
    options: programOptions,
    keysOf: 'program',
    ours: true,
    doc:
      'What every program has that does not say otherwise, `[fcgi-program:x]` too: any key of `[program:x]`, expanded for ' +
      'each program as if it stood there. A key that a program has itself is replaced as a whole, `environment` as well. ' +
      'An `[eventlistener:x]` takes how it is run and logged, when it is started again and what it may use; no port, no number of processes, no `priority`.',
  },
  { kind: 'group', named: 'must', options: groupOptions, doc: 'Programs that are started and stopped together.' },
  {
    kind: 'fcgi-program',
    named: 'must',
    options: fcgiOptions,
    doc: 'A FastCGI program: its processes share a socket that the daemon opens.',
  },
  {
    kind: 'eventlistener',
    named: 'must',
    options: eventlistenerOptions,
    doc: 'A program that is sent events. Its processes form a pool: each event goes to one that is free.',
  },
  {
    kind: 'upstream',
    named: 'must',
    options: upstreamOptions,
    doc:
      'Ours: keeps the servers of an nginx or haproxy true. A process is in when it is RUNNING and ready, and is taken ' +
      'out before it is told to stop.',
  },
  {
    kind: 'rpcinterface',
    named: 'must',
    options: rpcinterfaceOptions,
    open: true,
    doc: 'A namespace of RPC methods. Without `[rpcinterface:supervisor]` there is no `supervisor.*` method.',
  },
  {
    kind: 'ctlplugin',
    named: 'must',
    options: ctlpluginOptions,
    open: true,
    doc: 'Further commands of `supervisorctl`.',
  },
  {
    kind: 'include',
    named: 'never',
    options: includeOptions,
    doc: 'Further files. An `[include]` in them is not followed.',
  },
];

/** The kind of a section by its name; undefined for a section that means nothing. */
export function kindOf(section: string): SectionKind | undefined {
  return sectionKinds.find(({ kind, named }) => {
    if (named === 'never') return section === kind;
    return section.startsWith(`${kind}:`) || (named === 'may' && section.startsWith(kind));
  });
}
