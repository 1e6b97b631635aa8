import { namespec } from '../rpc/names.ts';
import type { PortInfo } from '../rpc/own-methods.ts';

type Held = Pick<PortInfo, 'group' | 'name' | 'statename' | 'holders'>;

/** Who listens on a port, and whether that is another than should. */
export function holderText(info: Held): string {
  const [holder, ...others] = info.holders;
  if (holder === undefined) return info.statename === 'RUNNING' ? 'nobody listens there' : '-';
  const whose = !isStranger(info)
    ? ''
    : holder.startedas === ''
      ? ' (not of this daemon)'
      : ` (of ${holder.startedas})`;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `pid ${holder.pid}${more}, ${holder.command}${whose}`;
}

/** Another than the one whose port it is. */
export function isStranger({ group, name, holders: [holder] }: Held): boolean {
  return holder !== undefined && holder.startedas !== namespec(group, name) && holder.startedas !== `${group}:${name}`;
}
