/**
 * What the dashboard costs: `npm run bench:dashboard`, with `-- --seconds N` for another time than 30 s each. The built
 * dashboard runs at a terminal of its own before 100 processes, once idle and once with one that changes its state twice
 * a second. Prints a table with the limits that we set ourselves, and exits with 1 if one is not kept.
 */
import { parseArgs } from 'node:util';
import { frameTimes } from './cost/frames.ts';
import { CostDaemon, type VisitFigures } from './cost/visit.ts';

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly limit?: number | undefined;
}

const large = { width: 160, height: 108 };
const small = { width: 80, height: 24 };

const programs = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `[program:p${String(index).padStart(3, '0')}]\ncommand=cat\nstartsecs=0\n`,
  ).join('\n');
/** It ends twice a second, and is there again at once. */
const flapping = '\n[program:flap]\ncommand=/bin/sleep 0.5\nstartsecs=0\nautorestart=true\n';

function figuresOf(title: string, figures: VisitFigures, isIdle: boolean): Figure[] {
  return [
    {
      what: `${title}: control socket`,
      value: figures.socketRate / 1000,
      unit: 'KB/s',
      limit: isIdle ? 10 : undefined,
    },
    { what: `${title}: terminal`, value: figures.terminalRate / 1000, unit: 'KB/s', limit: isIdle ? 4 : undefined },
    { what: `${title}: CPU`, value: figures.cpu, unit: '% of a core', limit: 2 },
    { what: `${title}: CPU of the daemon`, value: figures.daemonCpu, unit: '% of a core' },
    { what: `${title}: RssAnon`, value: figures.megabytes, unit: 'MB' },
    // A hundredth of a second is as little as can be seen.
    ...(isIdle
      ? [{ what: `${title}: the daemon's CPU in 5 s after it`, value: figures.daemonCpuMsAfter, unit: 'ms', limit: 10 }]
      : []),
  ];
}

function print({ what, value, unit, limit }: Figure): boolean {
  const isKept = limit === undefined || value <= limit;
  const beside = limit === undefined ? '' : `<= ${limit}${isKept ? '' : '   MISSED'}`;
  process.stdout.write(`${what.padEnd(58)}${value.toFixed(2).padStart(8)} ${unit.padEnd(12)} ${beside}\n`);
  return isKept;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Error(`Cannot measure for "${values.seconds}" seconds`);
  let isKept = true;
  const tell = (figures: readonly Figure[]): void => {
    for (const figure of figures) isKept = print(figure) && isKept;
  };
  for (const rows of [100, 1000]) {
    const { wall, cpu, bytes } = await frameTimes(rows);
    const what = `frame of ${rows} rows, all changed`;
    tell([
      { what: `${what}: p50`, value: wall.p50, unit: 'ms' },
      { what: `${what}: p99`, value: wall.p99, unit: 'ms' },
      { what: `${what}: max`, value: wall.max, unit: 'ms' },
      // In this one the wait for a processor that others use has no share; threads that sweep memory have.
      { what: `${what}: p50 of CPU time`, value: cpu.p50, unit: 'ms', limit: 10 },
      { what: `${what}: p99 of CPU time`, value: cpu.p99, unit: 'ms' },
      { what: `${what}: size`, value: bytes / 1000, unit: 'KB' },
    ]);
  }
  {
    await using daemon = new CostDaemon(programs(100), 100);
    tell(figuresOf('100 idle, 160x108', await daemon.visit({ size: large, keys: '', seconds }), true));
    tell(figuresOf('100 idle, 80x24', await daemon.visit({ size: small, keys: '', seconds }), true));
  }
  {
    await using daemon = new CostDaemon(programs(99) + flapping, 100);
    tell(figuresOf('at 2 Hz, 160x108', await daemon.visit({ size: large, keys: '', seconds }), false));
    tell(figuresOf('at 2 Hz, 80x24', await daemon.visit({ size: small, keys: '', seconds }), false));
    tell(figuresOf('at 2 Hz, timeline, 160x108', await daemon.visit({ size: large, keys: '6', seconds }), false));
  }
  process.exitCode = isKept ? 0 : 1;
}

void main();
