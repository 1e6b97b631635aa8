import type { UpstreamInfo } from '../../../src/rpc/own-methods.ts';
import { CountingClients } from '../../support/counting-client.ts';
import type { TestDaemon } from '../../support/daemon.ts';

export async function upstreamOf(daemon: TestDaemon, name: string): Promise<UpstreamInfo> {
  const all = (await daemon.rpc('tssupervisor.getUpstreams')) as unknown as readonly UpstreamInfo[];
  const found = all.find((upstream) => upstream.name === name);
  if (found === undefined) throw new Error(`Expected upstream ${name}, got ${JSON.stringify(all)}`);
  return found;
}

/** The states of all servers of `web`, in their order: `in in out`. */
export async function states(daemon: TestDaemon): Promise<string> {
  return (await upstreamOf(daemon, 'web')).servers.map(({ state }) => state).join(' ');
}

export function untilStates(daemon: TestDaemon, wanted: string): Promise<string> {
  return daemon.until(`the servers are ${wanted}`, async () => {
    const now = await states(daemon);
    return now === wanted && now;
  });
}

/** What clients of this port saw while something was done; it is done when some more have been answered since. */
export async function underLoad(daemon: TestDaemon, port: number, act: () => Promise<unknown>) {
  await using clients = new CountingClients({ host: '127.0.0.1', port }, 6);
  const untilMore = async (count: number) => {
    const before = clients.answered;
    await daemon.until('there are new answers', () => clients.answered > before + count);
  };
  await untilMore(10);
  await act();
  await untilMore(10);
  return await clients.stop();
}

export async function pageOf(port: number): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${port}/`)).text();
}
