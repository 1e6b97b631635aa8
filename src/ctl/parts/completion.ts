import { readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { loadCtlConfig } from '../../config/ctl-config.ts';
import { supervisorctlOptions } from '../../config/ctl-options.ts';
import type { ServerLogin } from '../../rpc/client.ts';
import type { XmlRpcValue } from '../../rpc/xml.ts';
import type { Command } from '../command.ts';
import { type Candidate, candidatesFor, type LineOptions, type NamedProcess } from '../complete/line.ts';

export { scriptFor } from '../complete/scripts.ts';

/** Longer than this nobody waits for a Tab: a daemon that is busy or hangs has no names. */
const PATIENCE_MS = 300;

export interface CompletionRequest {
  /** Those behind the program's name; the last one is being typed. */
  readonly words: readonly string[];
  readonly commands: readonly Command[];
  readonly argv0: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  call(login: ServerLogin, method: string): Promise<XmlRpcValue>;
}

/** Candidates for the last word. Never throws: who presses Tab is in the middle of a line. */
export async function completeLine(request: CompletionRequest): Promise<readonly Candidate[]> {
  const { words, commands, environment } = request;
  const ask = (options: LineOptions, method: string) => structsOf(request, options, method);
  return await candidatesFor(words, commands, {
    processes: async (options, wantTags) =>
      (await ask(options, wantTags ? 'tssupervisor.getProcesses' : 'supervisor.getAllProcessInfo')).map(readProcess),
    available: async (options) =>
      (await ask(options, 'supervisor.getAllConfigInfo'))
        .filter((info) => info['inuse'] === false)
        .map((info) => textOf(info['group'])),
    jobs: async (options) =>
      (await ask(options, 'tssupervisor.getJobs')).map((job) => ({
        value: textOf(job['id']),
        about: `${textOf(job['what'])}, ${textOf(job['state'])}`,
      })),
    files: (start, endings) => filesFrom(start, endings, environment['HOME'] ?? ''),
    signals: Object.keys(constants.signals).map((name) => name.replace(/^SIG/, '')),
  });
}

type Struct = Readonly<Record<string, XmlRpcValue>>;

/** What the daemon that the line is about answers, or nothing. */
async function structsOf(
  { argv0, environment, call }: CompletionRequest,
  { configuration, serverurl, username, password }: LineOptions,
  method: string,
): Promise<readonly Struct[]> {
  const loaded = loadCtlConfig({ file: configuration, argv0, environment });
  if (!loaded.ok) return [];
  const { config } = loaded;
  const login: ServerLogin = {
    serverurl: serverurl ?? config.serverurl ?? supervisorctlOptions.serverurl.initial,
    username: username ?? config.username,
    password: password ?? config.password,
  };
  const tooLate = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined));
  try {
    const answer = await Promise.race([call(login, method), tooLate]);
    return Array.isArray(answer) ? answer.filter(isStruct) : [];
  } catch {
    return [];
  }
}

function isStruct(value: XmlRpcValue): value is Extract<XmlRpcValue, Struct> {
  return typeof value === 'object' && !Array.isArray(value);
}

function readProcess(info: Struct): NamedProcess {
  const tags = info['tags'];
  return {
    group: textOf(info['group']),
    name: textOf(info['name']),
    statename: textOf(info['statename']),
    tags: Array.isArray(tags) ? tags.map(textOf) : [],
  };
}

function textOf(value: XmlRpcValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Shells leave `~/` to whoever completes; it stays as it was typed. */
function filesFrom(start: string, endings: readonly string[], home: string): string[] {
  const folder = start.endsWith('/') || start === '' ? start : dirname(start) === '.' ? '' : join(dirname(start), '/');
  const typed = start.slice(0, start.length - (start.endsWith('/') ? 0 : basename(start).length));
  try {
    return readdirSync(folder === '' ? '.' : folder.replace(/^~\//, `${home}/`), { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.') || basename(start).startsWith('.'))
      .flatMap((entry) => {
        if (entry.isDirectory()) return [`${typed}${entry.name}/`];
        return endings.some((ending) => entry.name.endsWith(ending)) ? [`${typed}${entry.name}`] : [];
      })
      .sort();
  } catch {
    return [];
  }
}
