/** `reload NAME…`: running programs take in what has changed for them, each in the way that its file says. */
import { readNamespec } from '../../rpc/names.ts';
import type { ReloadConfig } from '../config/reload-options.ts';
import { pidOf } from '../core/process-record.ts';
import { batchOf } from '../core/roll.ts';
import { signalName } from '../core/signals.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import { processId } from '../core/supervisor-messages.ts';
import type { HandlerContext } from '../handlers/context.ts';
import type { Job } from '../jobs.ts';
import type { Refusal } from './refusal.ts';

const COMMAND_MS = 30_000;
const ESRCH = 3;

/** The processes of one program that run, to be reloaded. */
interface Reloading {
  readonly way: ReloadConfig['type'];
  readonly ids: readonly ProcessId[];
}

/** The id of the job. Nothing begins unless every name is known, runs and says how it is reloaded. */
export function beginReload(context: HandlerContext, names: readonly string[]): string | Refusal {
  const all: Reloading[] = [];
  for (const name of names) {
    const reloadings = reloadingsOf(context, name);
    if ('fault' in reloadings) return reloadings;
    all.push(...reloadings);
  }
  const begun = context.jobs.begin('reload', ['reload', ...names].join(' '), []);
  if ('busy' in begun) return { fault: 'FAILED', text: `${begun.busy.what} is under way as ${begun.busy.id}` };
  const { job } = begun;
  reloadAll(context, job, all).then(
    (isWhole) => job.end(isWhole ? 'done' : 'failed'),
    (error: unknown) => job.end('failed', textOf(error)),
  );
  return job.id;
}

function reloadingsOf(context: HandlerContext, name: string): Reloading[] | Refusal {
  const { programs, runtime } = context;
  const { supervisor } = runtime;
  const { group, process } = readNamespec(name);
  const isGroup = process === undefined || supervisor.hasGroup(name);
  const ids = isGroup ? supervisor.idsOf(isGroup && process !== undefined ? name : group) : [processId(group, process)];
  if (ids === undefined || ids.some((id) => supervisor.record(id) === undefined))
    return { fault: 'BAD_NAME', text: name };
  const running = ids.filter((id) => supervisor.record(id)?.state.name === 'RUNNING');
  const sections = new Map<string, ProcessId[]>();
  for (const id of running) {
    const config = programs.config(id);
    if (config === undefined) continue;
    if (config.reload === undefined) {
      const lines = 'reload=signal HUP, reload=command ... or reload=roll';
      const text = `nothing says how to reload it: write ${lines} into [${config.section}]`;
      return { fault: 'FAILED', text: `${name}: ERROR (${text})` };
    }
    sections.set(config.section, [...(sections.get(config.section) ?? []), id]);
  }
  if (running.length === 0) return { fault: 'NOT_RUNNING', text: name };
  const numbered = new Intl.Collator('en', { numeric: true });
  return [...sections.values()].map((members) => ({
    way: programs.config(members[0] ?? '')?.reload?.type ?? 'roll',
    ids: members.sort((a, b) => numbered.compare(a, b)),
  }));
}

/** Whether all of it went well. */
async function reloadAll(context: HandlerContext, job: Job, all: readonly Reloading[]): Promise<boolean> {
  let isWhole = true;
  for (const { way, ids } of all) {
    if (way === 'roll') {
      if (!(await roll(context, job, ids))) isWhole = false;
      continue;
    }
    for (const id of ids) {
      const { ok, text } = await reloadOne(context, id);
      job.say(`${shown(id)}: ${text}`);
      if (!ok) isWhole = false;
    }
  }
  return isWhole;
}

async function reloadOne(
  { programs, runtime, side, log }: HandlerContext,
  id: ProcessId,
): Promise<{ readonly ok: boolean; readonly text: string }> {
  const reload = programs.config(id)?.reload;
  const state = runtime.supervisor.record(id)?.state;
  const pid = state === undefined ? 0 : pidOf(state);
  if (pid === 0 || reload === undefined || reload.type === 'roll') return { ok: false, text: 'ERROR (not running)' };
  if (reload.type === 'signal') {
    const name = signalName(reload.signal);
    log.info(`reloading ${shown(id)} (pid ${pid}) by ${name}`);
    const errno = runtime.signal(id, reload.signal);
    if (errno !== 0 && errno !== ESRCH) return { ok: false, text: `ERROR (${name} could not be sent)` };
    return { ok: true, text: `sent ${name}` };
  }
  log.info(`reloading ${shown(id)} (pid ${pid}) by ${reload.command}`);
  const verdict = await side.run(programs.sideRequest(id, reload.command, [`MAINPID=${pid}`]), COMMAND_MS);
  if (verdict.ok) return { ok: true, text: 'reloaded' };
  log.warn(`cannot reload ${shown(id)}: ${reload.command} ${verdict.why}`);
  return { ok: false, text: `ERROR (${reload.command} ${verdict.why})` };
}

async function roll({ programs, rolls }: HandlerContext, job: Job, ids: readonly ProcessId[]): Promise<boolean> {
  const [first = ''] = ids;
  const config = programs.config(first);
  if (ids.length === 1 && config?.listen === undefined) {
    job.say(`${shown(first)}: ERROR (only one process runs: while it restarts nobody answers; roll --force does it)`);
    return false;
  }
  try {
    const rolling = rolls.begin(
      config?.section.replace(/^.*?:/, '') ?? first,
      ids,
      batchOf(config?.rollBatch ?? '1', ids.length) ?? 1,
    );
    for (let cursor = 0; ; ) {
      const view = await rolling.next(cursor);
      for (const { text } of view.lines) job.say(text);
      if (view.state !== 'running') return view.state === 'done';
      cursor = view.cursor;
    }
  } catch (error) {
    job.say(`${shown(first)}: ERROR (${textOf(error)})`);
    return false;
  }
}

function shown(id: ProcessId): string {
  const [group = '', name = ''] = id.split(':');
  return group === name ? name : id;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^[A-Z_]+: /, '') : String(error);
}
