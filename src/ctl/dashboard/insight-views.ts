/**
 * The views beside programs and logs: which answers of a daemon each is made of, and how it looks when there are
 * several daemons (one below the other) or no answer yet.
 */
import type { Graph, HostInfo, Timeline, WhyInfo } from '../../rpc/insight.ts';
import type { PortInfo, UpstreamInfo } from '../../rpc/own-methods.ts';
import type { Call } from './actions.ts';
import { type Daemon, idOf, type Model } from './model.ts';
import type { Row } from './row.ts';
import { graphRows } from './views/graph.ts';
import { fitted } from './views/grid.ts';
import { hostRows } from './views/host.ts';
import { portsRows } from './views/ports.ts';
import { type RollsData, rollsRows } from './views/rolls.ts';
import { timelineRows } from './views/timeline.ts';
import { upstreamsRows } from './views/upstreams.ts';
import { whyRows } from './views/why.ts';
import type { ViewOptions } from './views/words.ts';
import type { View } from './views.ts';

const call = (name: string, ...params: readonly unknown[]): Call => ({ method: `tssupervisor.${name}`, params });

/** Of each job: five for each process of a roll. */
const JOB_LINES = 500;

export const insightViews: readonly View[] = [
  {
    name: 'ports',
    title: 'Ports',
    key: '3',
    asks: () => [call('getPorts')],
    everyMs: 5000,
    rows: (model) => rowsOfAll<readonly PortInfo[]>(model, 'getPorts', portsRows),
  },
  {
    name: 'upstreams',
    title: 'Upstreams',
    key: '4',
    asks: () => [call('getUpstreams')],
    everyMs: 2000,
    rows: (model) => rowsOfAll<readonly UpstreamInfo[]>(model, 'getUpstreams', upstreamsRows),
  },
  {
    name: 'graph',
    title: 'Dependencies',
    key: '5',
    asks: () => [call('getGraph')],
    everyMs: 5000,
    rows: (model) => rowsOfAll<Graph>(model, 'getGraph', graphRows),
  },
  {
    name: 'timeline',
    title: 'Timeline',
    key: '6',
    // From where is known to who asks: see timeline-cursor.ts.
    asks: () => [call('getTimeline')],
    rows: (model) => rowsOfAll<Timeline>(model, 'getTimeline', timelineRows),
  },
  {
    name: 'rolls',
    title: 'Rolls and jobs',
    key: '7',
    asks: () => [call('getUpstreams'), call('getJobs', JOB_LINES)],
    everyMs: 1000,
    rows: (model) =>
      rowsOfAll<RollsData['jobs']>(model, 'getJobs', (jobs, options, { programs, answers }) => {
        const upstreams = answers['tssupervisor.getUpstreams'];
        return rollsRows({ jobs, programs, upstreams: Array.isArray(upstreams) ? upstreams : [] }, options);
      }),
  },
  {
    name: 'host',
    title: 'Host',
    key: '8',
    asks: () => [call('getHost')],
    everyMs: 2000,
    rows: (model) => rowsOfAll<HostInfo>(model, 'getHost', hostRows),
  },
  {
    name: 'why',
    title: 'Why',
    asks: (model, daemon) => {
      // The others may have a process of the same name, or none.
      const id = model.subject?.daemon === daemon ? subjectOf(model) : undefined;
      return id === undefined ? [] : [call('getWhy', id)];
    },
    everyMs: 2000,
    rows: whyOf,
  },
];

type MakeRows<Answer> = (answer: Answer, options: ViewOptions, daemon: Daemon) => readonly Row[];

/** One daemon below the other, each under its name if there are several. Keys begin with the daemon's index. */
function rowsOfAll<Answer>(model: Model, method: string, make: MakeRows<Answer>): Row[] {
  return model.daemons.flatMap((daemon, at) => {
    const rows = rowsOfDaemon(model, daemon, method, make).map((row) => ({ ...row, key: `${at}|${row.key}` }));
    if (model.daemons.length < 2) return rows;
    const line = fitted([{ text: daemon.name, role: 'title' }], model.size.width);
    return [{ key: `${at}|daemon`, line, isFixed: true }, ...rows];
  });
}

function rowsOfDaemon<Answer>(model: Model, daemon: Daemon, method: string, make: MakeRows<Answer>): readonly Row[] {
  const answer = daemon.answers[`tssupervisor.${method}`];
  const { now, isUnicode } = model;
  const { width } = model.size;
  if (answer === undefined) return [noted(daemon.status === 'away' ? 'It is away' : 'Asking', width)];
  const refusal = refusalOf(answer);
  if (refusal !== undefined) return [noted(`It does not say: ${refusal}`, width)];
  return make(answer as Answer, { now, width, isUnicode }, daemon);
}

function refusalOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  return typeof answer.error === 'string' ? answer.error : undefined;
}

function noted(text: string, width: number): Row {
  return { key: 'noted', line: fitted([{ text, role: 'dim' }], width), isFixed: true };
}

/** The process that `why` is about: of a group the first one that is not well. */
function subjectOf({ subject, daemons }: Model): string | undefined {
  const target = subject?.targets[0];
  if (subject === undefined || target === undefined || !target.endsWith(':*')) return target;
  const all = (daemons[subject.daemon]?.programs ?? []).filter(({ group }) => `${group}:*` === target);
  const one = all.find(({ statename }) => statename !== 'RUNNING') ?? all[0];
  return one === undefined ? undefined : idOf(one);
}

function whyOf(model: Model): Row[] {
  const daemon = model.daemons[model.subject?.daemon ?? 0];
  const { width } = model.size;
  if (daemon === undefined || model.subject === undefined) {
    return [noted('Choose a process first: i on its row says why it is in its state', width)];
  }
  const rows = rowsOfDaemon<WhyInfo>(model, daemon, 'getWhy', (why, options) =>
    // The answer about the one before is nobody's.
    idOf(why) === subjectOf(model) ? whyRows(why, options) : [noted('Asking', width)],
  );
  return rows.map((row) => ({ ...row, key: `${model.subject?.daemon ?? 0}|${row.key}` }));
}
