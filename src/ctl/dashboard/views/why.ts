/** Why a process is in its state: the cause first, then what it waits for, then its last ends and what it said last. */
import type { ExitInfo, WhyInfo } from '../../../rpc/insight.ts';
import { namespec } from '../../../rpc/names.ts';
import type { Role, Row } from '../row.ts';
import { clean, wrap } from '../text.ts';
import { fitted } from './grid.ts';
import { clockText, spanText, stateRole, type ViewOptions } from './words.ts';

/** Who or what ended it. */
const causes: Readonly<Record<ExitInfo['cause'], string>> = {
  exit: 'ended by itself',
  signal: 'killed by a signal',
  spawn: 'could not be started',
  port: 'its port was taken',
  probe: 'failed its probe',
  stopped: 'was stopped',
};

export function whyRows(why: WhyInfo, options: ViewOptions): Row[] {
  const { now, width } = options;
  const target = `${why.group}:${why.name}`;
  const rows: Row[] = [];
  const add = (key: string, text: string, role: Role = 'plain', indent = '') => {
    // Nothing of a cause or of a last line is cut off: it is what one came for.
    wrap(clean(text), Math.max(10, width - indent.length)).forEach((part, at) => {
      rows.push({ key: `${key} ${at}`, line: fitted([{ text: indent + part, role }], width), target });
    });
  };
  const since = why.since === 0 ? '' : ` for ${spanText(now - why.since * 1000)}`;
  const title = fitted(
    [
      { text: namespec(why.group, why.name), role: 'title' },
      { text: ' is ' },
      { text: why.statename, role: stateRole(why.statename) },
      { text: since },
    ],
    width,
  );
  rows.push({ key: 'title', line: title, target });
  if (why.why !== '') add('why', why.why, 'warning', '  ');
  for (const wait of why.waitsfor) add(`wait ${wait}`, `waits for ${wait}`, 'busy', '  ');
  if (why.why === '' && why.waitsfor.length === 0) add('why', 'Nothing keeps it from what it is to do', 'dim', '  ');
  const last = why.exits.find(({ expected }) => !expected);
  if (last !== undefined) addBundle(last, options, add);
  if (why.exits.length === 0) {
    add('none', 'It has not ended since the daemon started', 'dim');
    return rows;
  }
  rows.push(
    heading(`Its last ${why.exits.length === 1 ? 'end' : `${why.exits.length} ends`}, the newest first`, width),
  );
  for (const exit of why.exits) {
    const role: Role = exit.expected ? 'dim' : 'bad';
    add(`exit ${exit.at} ${exit.pid}`, `${clockText(exit.at * 1000, now, false)}  ${exitText(exit)}`, role, '  ');
  }
  return rows;
}

type Add = (key: string, text: string, role?: Role, indent?: string) => void;

/** The last end that was not expected, with all that was said before it. */
function addBundle(exit: ExitInfo, { now }: ViewOptions, add: Add): void {
  const ago = spanText(now - exit.at * 1000);
  add('last', `Last bad end, ${ago} ago: ${exitText(exit)}`, 'bad');
  for (const channel of ['stderr', 'stdout'] as const) {
    const lines = exit[channel];
    if (lines.length === 0) continue;
    add(
      channel,
      `${channel}, ${lines.length === 1 ? 'its last line' : `its last ${lines.length} lines`}:`,
      'title',
      '  ',
    );
    lines.forEach((line, at) => {
      add(`${channel} ${at}`, line, channel === 'stderr' ? 'stderr' : 'plain', '    ');
    });
  }
  if (exit.stdout.length + exit.stderr.length === 0) add('silent', 'It said nothing before that', 'dim', '  ');
}

/** In the words of the daemon, which name the cause; what it is called otherwise only where there are none. */
function exitText({ cause, text, ran, pid }: ExitInfo): string {
  const run = pid === 0 ? '' : `, pid ${pid}, after ${spanText(ran * 1000)}`;
  return `${text === '' ? causes[cause] : text}${run}`;
}

function heading(text: string, width: number): Row {
  return { key: `heading ${text}`, line: fitted([{ text, role: 'title' }], width), isFixed: true };
}
