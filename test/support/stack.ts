/**
 * One of the stacks of etc/stack, on free ports and in a folder of its own, with all its real parts; and what every
 * stack owes its users, so that a test of one is a line of a table.
 */
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Counted, CountingClients } from './counting-client.ts';
import { checkout, startDaemon, type TestDaemon } from './daemon.ts';
import { freePortHundred } from './ports.ts';

/** One group of processes that answer below a path of the front. */
export interface Service {
  readonly group: string;
  /** `/`, or `/shop/`. */
  readonly path: string;
}

/** Where the ports of the shipped files are in a hundred of free ones. */
function portIn(hundred: number, shipped: number): number {
  if (shipped === 8080) return hundred * 100 + 90;
  if (shipped === 8081) return hundred * 100 + 91;
  if (shipped === 6380) return hundred * 100 + 95;
  return hundred * 100 + (shipped >= 2100 ? 60 + shipped - 2100 : shipped - 2000);
}

export class Stack implements AsyncDisposable {
  readonly daemon: TestDaemon;
  readonly front: number;

  private constructor(daemon: TestDaemon, front: number) {
    this.daemon = daemon;
    this.front = front;
  }

  /** Starts it, and waits until all of it is RUNNING and answers. `change` is made to the configuration. */
  static async start(name: string, services: readonly Service[], change = (text: string) => text): Promise<Stack> {
    const hundred = await freePortHundred(96);
    const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-'));
    // The workers of nginx may be another user, who serves the uploads.
    chmodSync(dir, 0o755);
    const from = join(checkout, 'etc/stack');
    for (const folder of ['apps', 'nginx', 'haproxy', 'run'])
      cpSync(join(from, folder), join(dir, folder), { recursive: true });
    const moved = (text: string) =>
      text.replace(/\b(20\d\d|2100|808\d|6380)\b/g, (port) => String(portIn(hundred, Number(port))));
    for (const folder of ['nginx', 'haproxy']) {
      for (const file of readdirSync(join(dir, folder))) {
        const path = join(dir, folder, file);
        writeFileSync(path, moved(readFileSync(path, 'utf8')));
      }
    }
    const config = change(moved(readFileSync(join(from, `${name}.conf`), 'utf8')));
    const daemon = await startDaemon({ dir, config, socket: 'run/supervisor.sock' });
    const stack = new Stack(daemon, portIn(hundred, 8080));
    try {
      await stack.#up(services);
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    return stack;
  }

  async get(path: string): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.front}${path}`);
    const text = await answer.text();
    if (answer.status !== 200)
      throw new Error(`Expected a page at ${path}, got ${answer.status} ${text.slice(0, 200)}`);
    return text;
  }

  /** Asks until `count` different processes have answered: their lines, `web_00 port 2000 pid 12`. */
  async whoAnswers({ path }: Service, count: number): Promise<string[]> {
    const seen = new Set<string>();
    await this.daemon.until(`${count} answer at ${path}`, async () => {
      for (const line of await Promise.all(Array.from({ length: 4 }, () => this.get(path)))) seen.add(line.trim());
      return seen.size >= count;
    });
    return [...seen];
  }

  async upload(service: Service, name: string, bytes: Buffer): Promise<void> {
    const url = `http://127.0.0.1:${this.front}${service.path}upload/${name}`;
    const { status } = await fetch(url, { method: 'PUT', body: new Uint8Array(bytes) });
    expect(status).toBe(201);
  }

  async file(name: string): Promise<Buffer> {
    return Buffer.from(await (await fetch(`http://127.0.0.1:${this.front}/files/${name}`)).arrayBuffer());
  }

  /** What clients saw while something was done to the services: whole answers before, during and after it. */
  async underLoad(services: readonly Service[], act: () => Promise<unknown>): Promise<Counted> {
    const where = { host: '127.0.0.1', port: this.front };
    const all = services.map(({ path }) => new CountingClients(where, services.length > 2 ? 1 : 3, path));
    const untilMore = async () => {
      const before = all.map((clients) => clients.answered);
      await this.daemon.until('all have new answers', () =>
        all.every((clients, index) => clients.answered > (before[index] ?? 0) + 5),
      );
    };
    let counted: Counted[] = [];
    try {
      await untilMore();
      await act();
      await untilMore();
    } finally {
      counted = await Promise.all(all.map((clients) => clients.stop()));
    }
    const sum = (of: 'answered' | 'refused' | 'lost' | 'cut') => counted.reduce((total, one) => total + one[of], 0);
    const troubles = counted.flatMap((one) => one.troubles);
    if (troubles.length > 0)
      troubles.push(String(await this.daemon.rpc('supervisor.readProcessStderrLog', 'nginx', -1500, 0)));
    return { answered: sum('answered'), refused: sum('refused'), lost: sum('lost'), cut: sum('cut'), troubles };
  }

  /** Kills a process of the service by SIGKILL and waits until it is back. */
  async kill({ group }: Service): Promise<void> {
    const [victim] = await this.#members(group);
    if (victim === undefined) throw new Error(`Expected processes in ${group}, got none`);
    process.kill(victim.pid, 'SIGKILL');
    await this.daemon.until(`${group} is whole again`, async () => {
      const now = (await this.#members(group)).find(({ name }) => name === victim.name);
      return now?.statename === 'RUNNING' && now.pid !== victim.pid;
    });
    await this.whole();
  }

  /** Waits until every process is RUNNING and in its upstream: only then another one can be missed. */
  async whole(): Promise<void> {
    await this.daemon.until('all are RUNNING', async () =>
      (await this.#members('')).every(({ statename }) => statename === 'RUNNING'),
    );
    await this.daemon.until('all are in their upstreams', async () => {
      const upstreams = (await this.daemon.rpc('tssupervisor.getUpstreams')) as unknown as readonly {
        readonly servers: readonly { readonly state: string }[];
      }[];
      return upstreams.every(({ servers }) => servers.every(({ state }) => state === 'in'));
    });
  }

  /** Its processes' pids, in the order of their names. */
  async pids({ group }: Service): Promise<number[]> {
    return (await this.#members(group)).map(({ pid }) => pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon.stop();
  }

  async #members(group: string) {
    const all = (await this.daemon.rpc('supervisor.getAllProcessInfo')) as unknown as readonly {
      readonly group: string;
      readonly name: string;
      readonly statename: string;
      readonly pid: number;
    }[];
    return all.filter((one) => group === '' || one.group === group);
  }

  async #up(services: readonly Service[]): Promise<void> {
    await this.whole();
    for (const { path } of services) await this.daemon.until(`${path} answers`, () => this.get(path));
  }
}
