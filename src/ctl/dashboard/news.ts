/** What daemons tell, taken into the model. */
import type { Daemon, Model, Program, Usage } from './model.ts';

/** What CPU time and memory a daemon's processes had used at a moment. */
export interface Sample {
  readonly at: number;
  readonly processes: Readonly<Record<string, readonly [cpuMs: number, bytes: number]>>;
}

const TREND_LENGTH = 8;

export function withDaemon(model: Model, at: number, change: Partial<Daemon>): Model {
  return {
    ...model,
    daemons: model.daemons.map((daemon, index) => (index === at ? { ...daemon, ...change } : daemon)),
  };
}

/** What has gone is neither chosen nor remembered any more. */
export function withPrograms(model: Model, at: number, programs: readonly Program[]): Model {
  const ids = new Set(programs.map(({ group, name }) => `${group}:${name}`));
  const groups = new Set(programs.map(({ group }) => group));
  const isThere = (key: string) => {
    const [index, id = ''] = key.split('|', 2);
    return Number(index) !== at || ids.has(id) || groups.has(id);
  };
  const usage = Object.fromEntries(Object.entries(model.daemons[at]?.usage ?? {}).filter(([id]) => ids.has(id)));
  const lines = Object.fromEntries(Object.entries(model.daemons[at]?.lastLines ?? {}).filter(([id]) => ids.has(id)));
  return withDaemon(
    {
      ...model,
      selected: new Set([...model.selected].filter(isThere)),
      folded: new Set([...model.folded].filter(isThere)),
    },
    at,
    { programs, usage, lastLines: lines },
  );
}

export function withSample(model: Model, at: number, sample: Sample): Model {
  const before = model.daemons[at]?.usage ?? {};
  const usage: Record<string, Usage> = {};
  for (const [id, [cpuMs, bytes]] of Object.entries(sample.processes)) {
    const last = before[id];
    const passed = last === undefined ? 0 : sample.at - last.at;
    // A process that has been started again has used less than the one before.
    const used = last === undefined ? -1 : cpuMs - last.cpuMs;
    usage[id] = {
      cpu: passed > 0 && used >= 0 ? used / passed : undefined,
      bytes,
      cpuMs,
      at: sample.at,
      trend: [...(last?.trend ?? []), bytes].slice(-TREND_LENGTH),
    };
  }
  return withDaemon(model, at, { usage });
}
