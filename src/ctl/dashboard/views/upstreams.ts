/** Every upstream, and which of its servers get requests: in, draining or out, for how long, and why. */

import { readNamespec } from '../../../rpc/names.ts';
import type { UpstreamInfo } from '../../../rpc/own-methods.ts';
import type { Role, Row } from '../row.ts';
import { type Column, fitted, grid } from './grid.ts';
import { spanText, type ViewOptions } from './words.ts';

type Server = UpstreamInfo['servers'][number];

const roles: Readonly<Record<string, Role>> = { in: 'good', draining: 'busy', out: 'bad' };
const glyphs: Readonly<Record<string, readonly [unicode: string, ascii: string]>> = {
  in: ['●', '*'],
  draining: ['◐', '~'],
  out: ['○', '-'],
};

export function upstreamsRows(upstreams: readonly UpstreamInfo[], options: ViewOptions): Row[] {
  const { now, width, isUnicode = true } = options;
  if (upstreams.length === 0) {
    const text = 'There is no upstream: write a section [upstream:x], with programs and a driver';
    return [{ key: 'none', line: fitted([{ text, role: 'dim' }], width), isFixed: true }];
  }
  const stateText = ({ state }: Server) => `${(glyphs[state] ?? ['?', '?'])[isUnicode ? 0 : 1]} ${state}`;
  const columns: readonly Column<Server>[] = [
    { title: '  STATE', text: (server) => `  ${stateText(server)}`, role: ({ state }) => roles[state] ?? 'warning' },
    { title: 'SERVER', text: ({ name }) => name, role: () => 'accent' },
    { title: 'ADDRESS', text: ({ address }) => address, rank: 2 },
    { title: 'SINCE', text: ({ since }) => (since === 0 ? '-' : spanText(now - since * 1000)), isRight: true, rank: 1 },
    { title: 'WHY', text: ({ why }) => why, role: () => 'warning', rank: 3 },
  ];
  // All in one grid, so that the columns of one upstream stand under those of the other.
  const { heading, line } = grid(
    columns,
    upstreams.flatMap(({ servers }) => servers),
    width,
  );
  const rows = upstreams.flatMap((upstream): Row[] => [
    { key: `upstream ${upstream.name}`, line: headOf(upstream, width), isFixed: true },
    ...errorOf(upstream, width),
    ...upstream.servers.map((server): Row => {
      const target = targetOf(server);
      return {
        key: `${upstream.name} ${server.name}`,
        line: line(server),
        ...(target === undefined ? {} : { target }),
      };
    }),
  ]);
  return [{ key: 'heading', line: heading, isFixed: true }, ...rows];
}

function headOf({ name, driver, target, servers }: UpstreamInfo, width: number) {
  const counts = ['in', 'draining', 'out'].map((state) => [servers.filter((one) => one.state === state).length, state]);
  const told = counts.filter(([count]) => count !== 0).map(([count, state]) => `${count} ${state}`);
  return fitted(
    [
      { text: name, role: 'title' },
      { text: `: ${told.length === 0 ? 'no server' : told.join(', ')}` },
      { text: `  ${driver}, ${target}`, role: 'dim' },
    ],
    width,
  );
}

function errorOf({ name, error }: UpstreamInfo, width: number): Row[] {
  if (error === '') return [];
  return [{ key: `error ${name}`, line: fitted([{ text: `  ERROR (${error})`, role: 'bad' }], width) }];
}

/** The process that the server is; one that several share has the name of the first. */
function targetOf({ name }: Server): string | undefined {
  const { group, process } = readNamespec(name);
  return process === undefined ? undefined : `${group}:${process}`;
}
