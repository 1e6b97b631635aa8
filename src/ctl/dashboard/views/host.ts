/** The machine and the daemon on it: load, memory, open files, and room for logs. */
import type { HostInfo } from '../../../rpc/insight.ts';
import type { Piece, Role, Row } from '../row.ts';
import { fitted } from './grid.ts';
import { barText, sizeText, spanText, type ViewOptions } from './words.ts';

const BAR_WIDTH = 20;
/** Below this there is no room for bars. */
const BARS_FROM = 60;

export function hostRows(host: HostInfo, { now, width, isUnicode = true }: ViewOptions): Row[] {
  const { cpus, load, memtotal, memavailable, openfiles, maxfiles } = host;
  const memory = memtotal === 0 ? 0 : 1 - memavailable / memtotal;
  const row = (key: string, label: string, share: number | undefined, ...pieces: readonly Piece[]): Row => {
    const head: Piece[] = [{ text: `${label.padEnd(9)}`, role: 'title' }];
    if (share !== undefined && width >= BARS_FROM) {
      head.push({ text: `${barText(share, BAR_WIDTH, isUnicode)} `, role: shareRole(share) });
    }
    return { key, line: fitted([...head, ...pieces], width) };
  };
  const up = spanText(now - host.started * 1000);
  return [
    row('host', 'Host', undefined, { text: `${host.hostname}, ${cpus} ${cpus === 1 ? 'core' : 'cores'}` }),
    row(
      'load',
      'Load',
      cpus === 0 ? 0 : load[0] / cpus,
      { text: `${shareWord(cpus === 0 ? 0 : load[0] / cpus, 'over')} ` },
      { text: load.map((one) => one.toFixed(2)).join(' ') },
      { text: '  (1, 5, 15 minutes)', role: 'dim' },
    ),
    row('memory', 'Memory', memory, {
      text: `${shareWord(memory)} ${sizeText(memtotal - memavailable)} of ${sizeText(memtotal)}`,
    }),
    row('daemon', 'Daemon', undefined, {
      text: `${host.identifier}, tssupervisord ${host.version}, pid ${host.pid}, up ${up}, ${sizeText(host.rss)} resident`,
    }),
    row('files', 'Files', maxfiles === 0 ? undefined : openfiles / maxfiles, {
      text:
        maxfiles === 0
          ? `${openfiles} open, no limit`
          : `${shareWord(openfiles / maxfiles)} ${openfiles} of ${maxfiles} open`,
    }),
    ...host.disks.map(({ path, total, free, logs }): Row => {
      const share = total === 0 ? 0 : 1 - free / total;
      const text = `${shareWord(share)} ${sizeText(free)} free of ${sizeText(total)}, logs take ${sizeText(logs)}`;
      return row(`disk ${path}`, 'Disk', share, { text }, { text: `  ${path}`, role: 'dim' });
    }),
  ];
}

/** Beside the colour of the bar: `  93% high`. */
function shareWord(share: number, above = 'FULL'): string {
  const percent = `${Math.round(share * 100)}%`.padStart(4);
  return share >= 0.95 ? `${percent} ${above}` : share >= 0.8 ? `${percent} high` : percent;
}

function shareRole(share: number): Role {
  return share >= 0.95 ? 'bad' : share >= 0.8 ? 'warning' : 'good';
}
