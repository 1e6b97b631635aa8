/** The documents of `--json`, whose shapes docs/cli.md promises. */
import { faultCodes, faultNameOf } from '../../rpc/faults.ts';
import { namespec, readNamespec } from '../../rpc/names.ts';
import type { XmlRpcStruct, XmlRpcValue } from '../../rpc/xml.ts';
import { exitCodes, statusExitCodes } from '../exit-codes.ts';
import type { Noted, NotedCall } from '../json-answer.ts';

type Fields = Readonly<Record<string, unknown>>;

/** They show something until they are left: there is no one answer. */
const withoutAnswer: ReadonlySet<string> = new Set(['dashboard', 'top', 'fg', 'open', 'quit', 'exit', 'completion']);

/** Why there is no document of this; undefined if there is. */
export function refusalOf(verb: string, words: readonly string[]): string | undefined {
  if (withoutAnswer.has(verb)) return `${verb} has no --json`;
  if ((verb === 'tail' || verb === 'maintail') && words.includes('-f')) {
    return `${verb} -f has no --json: try "logs -f NAME --json"`;
  }
  return undefined;
}

export function refusedDocument(message: string): string {
  return JSON.stringify({ ok: false, exitcode: exitCodes.INVALID_ARGS, error: { code: 'USAGE', message } });
}

/** One line. */
export function documentOf(noted: Noted, exitcode: number): string {
  const calls = noted.calls.flatMap(single);
  const isDone = exitcode === exitCodes.SUCCESS && !resultRows(calls).some((row) => isFailure(noted.verb, row));
  const ok = isDone || isAnswer(noted, calls, exitcode);
  const shape = shapes[noted.verb] ?? otherwise;
  const fields = noted.fields ?? shape({ ...noted, calls });
  return JSON.stringify({ ok, exitcode, ...(ok ? {} : { error: errorOf(noted, calls) }), ...fields });
}

/** Some exit codes other than 0 are answers: something has stopped, something would change, there are findings. */
function isAnswer({ verb, words, fields }: Noted, calls: readonly NotedCall[], exitcode: number): boolean {
  const isAnswered = calls.length > 0 && calls.every(({ outcome }) => 'result' in outcome);
  if (verb === 'status') return isAnswered && exitcode === statusExitCodes.NOT_RUNNING;
  if (verb === 'update') return isAnswered && words.includes('--dry-run') && exitcode === exitCodes.GENERIC;
  if (verb === 'pid') return isAnswered && exitcode === exitCodes.NOT_RUNNING;
  return (verb === 'doctor' || verb === 'drill') && fields !== undefined && exitcode === exitCodes.GENERIC;
}

function errorOf({ verb, lines, trouble }: Noted, calls: readonly NotedCall[]): { code: string; message: string } {
  const printed = lines.find((line) => /error/i.test(line)) ?? lines.find((line) => line !== '');
  const fault = calls.map(faultOf).find((found) => found !== undefined);
  if (trouble !== undefined) return { code: trouble, message: printed ?? trouble };
  const failed = resultRows(calls).find((row) => isFailure(verb, row));
  if (failed !== undefined) {
    const { group, name, code, message } = failed;
    // The last of them: a restart prints of its stop first.
    const line = lines.findLast((each) =>
      [namespec(group, name), group].some((told) => each.startsWith(`${told}: ERROR`)),
    );
    return { code, message: line ?? message };
  }
  if (fault !== undefined) return { code: fault.code, message: printed ?? fault.message };
  // What our verbs say of a daemon that lacks what they need.
  if (printed?.includes('it is Supervisor, or an older')) return { code: 'UNKNOWN_METHOD', message: printed };
  const code = /no such (process|group)/.test(printed ?? '') ? 'BAD_NAME' : 'FAILED';
  return { code: printed?.startsWith('Error: ') ? 'USAGE' : code, message: printed ?? 'It failed' };
}

function faultOf({ method, outcome }: NotedCall): { code: string; message: string } | undefined {
  if (!('result' in outcome)) return { code: codeText(outcome.code), message: outcome.message };
  if (!/Process(Group|es)$|startAlone$/.test(method)) return undefined;
  const bad = structs(outcome.result).find(({ status }) => status !== faultCodes.SUCCESS);
  return bad && { code: codeText(Number(bad['status'])), message: String(bad['description']) };
}

function codeText(code: number): string {
  return faultNameOf(code) ?? String(code);
}

/** The calls of a `system.multicall`, each for itself. */
function single(call: NotedCall): readonly NotedCall[] {
  const { method, params, outcome } = call;
  if (method !== 'system.multicall' || !('result' in outcome)) return [call];
  const results = list(outcome.result);
  return structs(params[0] ?? []).map((each, at): NotedCall => {
    const result = results[at] ?? '';
    const { faultCode, faultString } = struct(result);
    return {
      method: String(each['methodName']),
      params: list(each['params'] ?? []),
      outcome: faultCode === undefined ? { result } : { code: Number(faultCode), message: String(faultString) },
    };
  });
}

const shapes: Readonly<Record<string, (noted: Noted) => Fields>> = {
  status: ({ calls, words }) => {
    const all = structs(resultOf(calls, 'getAllProcessInfo') ?? []);
    return { processes: all.filter((info) => isMeant(info, words)) };
  },
  start: results,
  stop: results,
  restart: results,
  signal: results,
  clear: results,
  pid: ({ calls, words }) => {
    if (words.length === 0) return { pid: resultOf(calls, 'getPID') };
    const infos = calls.flatMap(({ method, outcome }) =>
      'result' in outcome && method.endsWith('Info') ? structs(outcome.result) : [],
    );
    return { pids: infos.map(({ group, name, pid }) => ({ group, name, pid })) };
  },
  avail: ({ calls }) => ({
    processes: structs(resultOf(calls, 'getAllConfigInfo') ?? []).map(
      ({ group, name, inuse, autostart, group_prio, process_prio }) => ({
        group,
        name,
        inuse,
        autostart,
        group_prio,
        process_prio,
      }),
    ),
  }),
  reread: ({ calls }) => {
    const [added, changed, removed] = list(list(resultOf(calls, 'reloadConfig') ?? [])[0] ?? []);
    return { added: added ?? [], changed: changed ?? [], removed: removed ?? [] };
  },
  update: (noted) =>
    noted.words.includes('--dry-run') ? { changes: resultOf(noted.calls, 'planUpdate') ?? [] } : job(noted),
  reload: job,
  roll: job,
  scale: job,
  job,
  ports: ({ calls }) => ({ ports: resultOf(calls, 'getPorts') ?? [] }),
  upstreams: ({ calls }) => ({ upstreams: resultOf(calls, 'getUpstreams') ?? [] }),
  jobs: ({ calls }) => ({
    jobs: structs(resultOf(calls, 'getJobs') ?? []).map(({ id, what, state }) => ({ id, what, state })),
  }),
  version: ({ calls }) => ({ version: resultOf(calls, 'getSupervisorVersion') }),
  tail: ({ calls }) => ({ text: resultOf(calls, 'readProcess') ?? '' }),
  maintail: ({ calls }) => ({ text: resultOf(calls, 'readLog') ?? '' }),
};

function otherwise({ lines }: Noted): Fields {
  return { lines };
}

/** What became of each process that something was done to, in the order in which it was done. */
function results({ calls }: Noted): Fields {
  return { results: resultRows(calls) };
}

/**
 * What was asked for and is so already is none. Who asks for a restart asks for a start: one that somebody else has
 * started meanwhile, with other settings perhaps, was not.
 */
function isFailure(verb: string, { ok, action, code }: ResultRow): boolean {
  const isSo =
    (action === 'stop' && code === 'NOT_RUNNING') ||
    (action === 'start' && code === 'ALREADY_STARTED' && verb !== 'restart');
  return !ok && !isSo;
}

interface ResultRow {
  readonly group: string;
  readonly name: string;
  readonly action: string;
  readonly ok: boolean;
  readonly code: string;
  readonly message: string;
}

function resultRows(calls: readonly NotedCall[]): readonly ResultRow[] {
  return calls.flatMap(({ method, params, outcome }) => {
    const action = /\.(start|stop|signal|clear)/.exec(method)?.[1];
    if (action === undefined) return [];
    if ('result' in outcome && Array.isArray(outcome.result)) {
      return structs(outcome.result).map(({ group, name, status, description }) => {
        const code = codeText(Number(status));
        const ok = status === faultCodes.SUCCESS;
        return { group: String(group), name: String(name), action, ok, code, message: String(description) };
      });
    }
    const { group, process } = readNamespec(String(params[0]));
    const code = 'result' in outcome ? 'SUCCESS' : codeText(outcome.code);
    const message = 'result' in outcome ? 'OK' : outcome.message;
    return [{ group, name: process ?? '*', action, ok: code === 'SUCCESS', code, message }];
  });
}

/** The job that was followed, with all that it said; without one, what was printed. */
function job({ calls, lines }: Noted): Fields {
  const waits = calls.filter(({ method }) => method.endsWith('.waitJob'));
  const last = waits.at(-1)?.outcome;
  if (last === undefined || !('result' in last)) return { lines };
  const { id, what, state } = struct(last.result);
  const said = waits.flatMap(({ outcome }) =>
    'result' in outcome ? structs(struct(outcome.result)['lines'] ?? []).map(({ text }) => text) : [],
  );
  return { job: { id, what, state, lines: said } };
}

function isMeant({ group, name }: XmlRpcStruct, words: readonly string[]): boolean {
  if (words.length === 0 || words.includes('all')) return true;
  return words.map(readNamespec).some((one) => one.group === group && (one.process ?? name) === name);
}

/** What the last call of a method whose name begins so was answered. */
function resultOf(calls: readonly NotedCall[], start: string): XmlRpcValue | undefined {
  const call = calls.findLast(({ method, outcome }) => method.split('.')[1]?.startsWith(start) && 'result' in outcome);
  return call !== undefined && 'result' in call.outcome ? call.outcome.result : undefined;
}

function list(value: XmlRpcValue): readonly XmlRpcValue[] {
  return Array.isArray(value) ? value : [];
}

function struct(value: XmlRpcValue): XmlRpcStruct {
  return typeof value === 'object' && !Array.isArray(value) ? (value as XmlRpcStruct) : {};
}

/** The structs of a list, or the one that it is. */
function structs(value: XmlRpcValue): readonly XmlRpcStruct[] {
  return (Array.isArray(value) ? value : [value]).map(struct);
}
