/**
 * What `why` prints: the cause first, then the last ends, then what the process said before the last bad one, and at
 * last what to type next.
 */
import type { ExitInfo, WhyInfo } from '../rpc/insight.ts';
import { namespec } from '../rpc/names.ts';
import type { Line, Role } from './dashboard/row.ts';
import { clean, wrap } from './dashboard/text.ts';
import { clockText, spanText, stateRole } from './dashboard/views/words.ts';

/** Who or what ended it. */
const causes: Readonly<Record<ExitInfo['cause'], string>> = {
  exit: 'ended by itself',
  signal: 'killed by a signal',
  spawn: 'could not be started',
  port: 'its port was taken',
  probe: 'failed its probe',
  stopped: 'was stopped',
};

/** Supervisor's text, which says less than the last end does. */
const tooQuick = 'Exited too quickly (process log may have details)';

/** `now` in milliseconds since the epoch; long lines are broken at `width` columns. */
export function whyLines(why: WhyInfo, now: number, width: number): Line[] {
  const name = namespec(why.group, why.name);
  const last = why.exits.find(({ expected }) => !expected);
  const lines: Line[] = [firstLine(why, name, now)];
  const add = (text: string, role: Role, indent: string) => {
    for (const part of wrap(clean(text), Math.max(20, width - indent.length)))
      lines.push([{ text: indent + part, role }]);
  };
  for (const wait of why.waitsfor.filter((each) => !why.why.includes(each))) add(`It waits for ${wait}`, 'busy', '  ');
  if (why.exits.length === 0) add('It has not ended since the daemon started.', 'dim', '');
  else {
    const count = why.exits.length === 1 ? 'end' : `${why.exits.length} ends`;
    lines.push([], [{ text: `Its last ${count}, the newest first:`, role: 'title' }]);
    for (const exit of why.exits) {
      const when = clockText(exit.at * 1000, now, false);
      add(`${when}  ${exitText(exit)}`, exit.expected ? 'dim' : 'bad', '  ');
    }
  }
  if (last !== undefined) {
    for (const channel of ['stdout', 'stderr'] as const) {
      if (last[channel].length === 0) continue;
      const when = clockText(last.at * 1000, now, false);
      lines.push([], [{ text: `What it wrote to ${channel} before it ended at ${when}:`, role: 'title' }]);
      for (const line of last[channel]) add(line, channel === 'stderr' ? 'stderr' : 'plain', '  ');
    }
    if (last.stdout.length + last.stderr.length === 0 && last.pid !== 0) {
      lines.push([], [{ text: 'It wrote nothing before its last bad end.', role: 'dim' }]);
    }
  }
  const next = nextSteps(why, name, last);
  if (next.length > 0) lines.push([], [{ text: 'What to type next:', role: 'title' }]);
  const column = Math.max(0, ...next.map(([command]) => command.length));
  for (const [command, about] of next) {
    lines.push([{ text: `  tssupervisorctl ${command.padEnd(column)}`, role: 'accent' }, { text: `  ${about}` }]);
  }
  return lines;
}

function firstLine({ statename, since, why, waitsfor, exits }: WhyInfo, name: string, now: number): Line {
  const told = why === tooQuick ? (exits[0]?.text ?? why) : why;
  const cause = told !== '' ? told : waitsfor.length > 0 ? '' : causeOf(statename, exits[0]);
  return [
    { text: name, role: 'title' },
    { text: ' is ' },
    { text: statename, role: stateRole(statename) },
    { text: since === 0 ? '' : ` for ${spanText(now - since * 1000)}` },
    { text: cause === '' ? '' : `: ${clean(cause)}` },
  ];
}

function causeOf(statename: string, exit: ExitInfo | undefined): string {
  if (exit !== undefined && statename !== 'RUNNING' && statename !== 'STARTING') return exit.text || causes[exit.cause];
  if (statename === 'RUNNING') return 'nothing is wrong with it';
  return statename === 'STOPPED' ? 'nobody has started it' : '';
}

function exitText({ cause, text, expected, ran, pid }: ExitInfo): string {
  const run = pid === 0 ? '' : `, pid ${pid}, after ${spanText(ran * 1000)}`;
  const verdict = expected || cause === 'spawn' || cause === 'port' ? '' : ' (not expected)';
  return `${causes[cause]}${text === '' ? '' : `: ${text}`}${verdict}${run}`;
}

/** Commands, and what each is for. */
function nextSteps(why: WhyInfo, name: string, last: ExitInfo | undefined): (readonly [string, string])[] {
  const steps: (readonly [string, string])[] = [];
  for (const wait of why.waitsfor) {
    const whom = wait.replace(/:(started|ready|exited)$/, '');
    if (!whom.endsWith('*')) steps.push([`why ${whom}`, 'why that is not there']);
  }
  if (why.waitsfor.length > 0) steps.push(['graph', 'who waits for whom']);
  const isDown = why.statename === 'FATAL' || why.statename === 'BACKOFF' || why.statename === 'EXITED';
  if (isDown && last?.cause === 'port') steps.push(['ports', 'who has its port']);
  if (isDown && last?.cause === 'spawn') steps.push(['doctor', 'what is wrong with the file']);
  if (isDown && last?.cause !== 'port' && last?.cause !== 'spawn') {
    steps.push([`logs ${name} --lines 200`, 'more of what it wrote'], [`env ${name}`, 'what it was started with']);
  }
  if (isDown && why.statename !== 'BACKOFF') steps.push([`start ${name}`, 'when that is mended']);
  if (why.statename === 'STOPPED' && why.waitsfor.length === 0) steps.push([`start ${name}`, 'to start it']);
  if (!isDown && last !== undefined) steps.push([`timeline ${name}`, 'what else has happened to it']);
  return steps;
}
