/** `doctor --for-supervisor`: what Supervisor would refuse, pass over, or do in another way. */
import type { OptionTable } from '../../../config/option.ts';
import { furtherPort } from '../port-options.ts';
import { kindOf } from '../sections.ts';
import type { Context, FileRule, FoundAt, ProgramRule } from './rule.ts';

/** Names that only we expand. */
const ourNames = /(?<!%)(?:%%)*%\((port(?:_[a-z0-9_]+)?|bind)\)/;

function eachKey(
  { ini }: Context,
  look: (section: string, key: string, value: string) => FoundAt | undefined,
): FoundAt[] {
  return ini
    .sections()
    .flatMap((section) =>
      ini.ownKeys(section).flatMap((key) => look(section, key, ini.get(section, key)?.value ?? '') ?? []),
    );
}

const page = 'https://supervisord.org/configuration.html';

export const supervisorRules: readonly (ProgramRule | FileRule)[] = [
  {
    id: 'for-supervisor-name',
    for: 'supervisor',
    title: 'A name that Supervisor does not expand',
    why: 'Supervisor refuses the whole file.',
    source: `${page}#environment-variables`,
    survey: (context) =>
      eachKey(context, (section, key, value) => {
        const kind = kindOf(section);
        const options: OptionTable | undefined = kind?.ours === true ? undefined : kind?.options;
        const [, name] = options !== undefined && options[key]?.ours !== true ? (ourNames.exec(value) ?? []) : [];
        if (name === undefined || options?.[key] === undefined) return undefined;
        return {
          section,
          key,
          what: `Supervisor does not know %(${name}) and refuses the file`,
          fix: 'write it out, or count with %(process_num)',
        };
      }),
  },
  {
    id: 'for-supervisor-key',
    for: 'supervisor',
    title: 'A key that Supervisor passes over',
    why: 'Supervisor does not know it, and does as if it were not there.',
    source: page,
    survey: (context) =>
      eachKey(context, (section, key) => {
        const kind = kindOf(section);
        const options: OptionTable = kind?.ours === true ? {} : (kind?.options ?? {});
        const isPort = /^(?:program|fcgi-program|eventlistener)$/.test(kind?.kind ?? '') && furtherPort.test(key);
        if (options[key]?.ours !== true && !isPort) return undefined;
        return {
          section,
          key,
          what: `Supervisor passes ${key} over`,
          fix: 'nothing, if the program can do without it there',
        };
      }),
  },
  {
    id: 'for-supervisor-section',
    for: 'supervisor',
    title: 'A section that Supervisor passes over',
    why: 'Supervisor does not know it, and does as if it were not there.',
    source: page,
    survey: ({ ini }) =>
      ini
        .sections()
        .filter((section) => kindOf(section)?.ours === true)
        .map((section) => ({
          section,
          what: `Supervisor passes [${section}] over`,
          fix: 'what stands there into each program',
        })),
  },
  {
    id: 'for-supervisor-retries',
    for: 'supervisor',
    title: 'startretries below zero',
    why: 'Supervisor gives up at the first start that fails.',
    source: `${page}#program-x-section-values`,
    look({ process }) {
      if (process.startretries >= 0) return;
      return { key: 'startretries', what: 'Supervisor gives up at the first start that fails', fix: 'a large number' };
    },
  },
  {
    id: 'for-supervisor-device',
    for: 'supervisor',
    title: 'A log that cannot be rotated',
    why: 'Supervisor fails with "Illegal seek" on /dev/stdout unless rotation is off; here such files are never rotated.',
    source: 'https://github.com/Supervisor/supervisor/issues/935',
    look({ process }) {
      for (const stream of ['stdout', 'stderr'] as const) {
        const { logfile, logfile_maxbytes } = process[stream];
        if (
          logfile.type !== 'file' ||
          logfile_maxbytes === 0 ||
          !/^\/(?:dev|proc)\//.test(logfile.path) ||
          logfile.path === '/dev/null'
        )
          continue;
        return {
          key: `${stream}_logfile`,
          what: `Supervisor cannot rotate ${logfile.path}`,
          fix: `${stream}_logfile_maxbytes=0`,
        };
      }
      return;
    },
  },
  {
    id: 'for-supervisor-shared-log',
    for: 'supervisor',
    title: 'A log that several rotate',
    why: 'Supervisor opens and rotates it for each of them, and lines end up in files that have been renamed; here a file is open once.',
    source: `${page}#program-x-section-values`,
    survey({ config }) {
      const users = new Map<string, { readonly section: string; readonly key: string }>();
      const found = new Map<string, FoundAt>();
      for (const process of config.groups.flatMap(({ processes }) => processes)) {
        for (const stream of ['stdout', 'stderr'] as const) {
          const { logfile, logfile_maxbytes } = process[stream];
          if (logfile.type !== 'file' || logfile_maxbytes === 0 || logfile.path.startsWith('/dev/')) continue;
          const { section } = process;
          const key = `${stream}_logfile`;
          if (users.has(logfile.path)) {
            found.set(`${section} ${key}`, {
              section,
              key,
              what: 'Under Supervisor several would rotate this file',
              fix: 'a file for each (%(process_num)d), redirect_stderr=true, or maxbytes=0',
            });
          }
          users.set(logfile.path, { section, key });
        }
      }
      return [...found.values()];
    },
  },
];
