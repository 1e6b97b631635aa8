/** Every port of every process: which it is, whose it is, and who listens there now. */

import { namespec } from '../../../rpc/names.ts';
import type { PortInfo } from '../../../rpc/own-methods.ts';
import { holderText, isStranger } from '../../port-holders.ts';
import type { Row } from '../row.ts';
import { type Column, fitted, grid } from './grid.ts';
import { stateRole, type ViewOptions } from './words.ts';

const columns: readonly Column<PortInfo>[] = [
  { title: 'PORT', text: ({ port }) => String(port), isRight: true },
  { title: 'BIND', text: ({ bind }) => bind, rank: 3 },
  { title: 'PROCESS', text: ({ group, name }) => namespec(group, name), role: () => 'accent' },
  { title: 'KEY', text: ({ key }) => key, role: () => 'dim', rank: 2 },
  { title: 'STATE', text: ({ statename }) => statename, role: ({ statename }) => stateRole(statename), rank: 1 },
  { title: 'HELD BY', text: holderText, role: holderRole },
];

export function portsRows(infos: readonly PortInfo[], { width }: ViewOptions): Row[] {
  const sorted = [...infos].sort((a, b) => a.port - b.port || (a.bind < b.bind ? -1 : 1));
  const { heading, line } = grid(columns, sorted, width);
  if (sorted.length === 0) {
    const text = 'No program has a port: write port=2000, or port=auto, into its section';
    return [{ key: 'none', line: fitted([{ text, role: 'dim' }], width), isFixed: true }];
  }
  const rows = sorted.map((info): Row => {
    const target = `${info.group}:${info.name}`;
    return { key: `${target}|${info.key}|${info.bind}:${info.port}`, line: line(info), target };
  });
  return [{ key: 'heading', line: heading, isFixed: true }, ...rows];
}

function holderRole(info: PortInfo): 'bad' | 'warning' | 'plain' | 'dim' {
  if (isStranger(info)) return 'bad';
  if (info.holders.length > 0) return 'plain';
  return info.statename === 'RUNNING' ? 'warning' : 'dim';
}
