/** haproxy in front of three servers: told over its runtime socket, never reloaded. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serversIn } from '../../../src/daemon/upstreams/haproxy-answers.ts';
import { answeringProgram, writeAnsweringServer } from '../../support/answering-server.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePortHundred } from '../../support/ports.ts';
import { needs } from '../../support/skips.ts';
import { infoOf, untilState } from '../daemon/support.ts';
import { pageOf, states, underLoad, untilStates, upstreamOf } from './support.ts';

/** Without one of the three, with one at a wrong port, and with one of somebody else. */
const haproxyConf = (socket: string, front: number, other: number) => `global
  stats socket ${socket} mode 600 level admin
defaults
  mode http
  timeout connect 2s
  timeout client 10s
  timeout server 10s
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response
frontend front
  bind 127.0.0.1:${front}
  default_backend site
backend site
  balance roundrobin
  server web:web_0 127.0.0.1:1
  server other 127.0.0.1:${other} disabled
`;

needs('haproxy').describe('haproxy in front of three processes', () => {
  let daemon: TestDaemon;
  let port: number;
  let programs: string;
  const section = (drain: string) =>
    `[upstream:web]\nprograms=web\ndriver=haproxy\nsocket=ha.sock\nbackend=site\ndrain=${drain}\n`;
  const front = () => port + 3;

  const ask = (command: string): Promise<string> =>
    new Promise((settle, reject) => {
      let said = '';
      const socket = connect(join(daemon.dir, 'ha.sock'), () => socket.write(`${command}\n`));
      socket.on('data', (bytes: Buffer) => {
        said += bytes.toString();
      });
      socket.on('error', reject);
      socket.on('close', () => settle(said));
    });
  const servers = async () => {
    const lines = (serversIn(await ask('show servers state site')) ?? []).map((one) => {
      const state = one.isInMaintenance ? 'maint' : one.isDraining ? 'drain' : 'ready';
      return `${one.name} ${one.port - port} ${state}`;
    });
    return lines.sort();
  };
  const allReady = ['other 4 maint', 'web:web_0 0 ready', 'web:web_1 1 ready', 'web:web_2 2 ready'];

  beforeAll(async () => {
    port = (await freePortHundred(5)) * 100;
    const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-haproxy-'));
    writeAnsweringServer(dir);
    writeFileSync(join(dir, 'haproxy.cfg'), haproxyConf(join(dir, 'ha.sock'), front(), port + 4));
    const haproxy = '[program:haproxy]\ncommand=haproxy -db -f %(here)s/haproxy.cfg\nstartsecs=0\n\n';
    programs = haproxy + answeringProgram('web', 3, port, 'stopsignal=KILL');
    daemon = await startDaemon({ dir, config: programs + section('20') });
    await daemon.until('all are in', async () => {
      return (await upstreamOf(daemon, 'web')).error === '' && (await states(daemon)) === 'in in in';
    });
  });
  afterAll(async () => void (await daemon?.stop()));

  test('servers that it has get their address, others are added, and those of somebody else are left alone', async () => {
    expect(await servers()).toEqual(allReady);
    expect(daemon.log()).not.toContain('ERRO');
  });

  test('one that is stopped under load is drained first, and no request fails', async () => {
    const counted = await underLoad(daemon, front(), async () => {
      await daemon.rpc('supervisor.stopProcess', 'web:web_1');
      expect(await states(daemon)).toBe('in out in');
      expect((await servers())[2]).toBe('web:web_1 1 maint');
      await daemon.rpc('supervisor.startProcess', 'web:web_1');
      await untilStates(daemon, 'in in in');
    });
    expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
  });

  test('a rolling restart under load loses nothing', async () => {
    const counted = await underLoad(daemon, front(), async () => {
      expect((await daemon.ctl('roll', 'web:*')).code).toBe(0);
    });
    expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
    expect(await servers()).toEqual(allReady);
  });

  test('one that is killed is seen by no client of a haproxy that may ask the next one', async () => {
    const { pid } = await infoOf(daemon, 'web:web_2');
    const counted = await underLoad(daemon, front(), async () => {
      process.kill(pid, 'SIGKILL');
      await daemon.until('it has another pid', async () => {
        const now = await infoOf(daemon, 'web:web_2');
        return now.statename === 'RUNNING' && now.pid !== pid;
      });
      await untilStates(daemon, 'in in in');
    });
    expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
  });

  test('a client that never ends holds a stop up for drain seconds, and no longer', async () => {
    daemon.writeConfig(programs + section('2'));
    await daemon.ctl('update');
    const client = connect(port + 2, '127.0.0.1');
    await new Promise((settle) => client.once('connect', settle));
    const begun = performance.now();
    await daemon.rpc('supervisor.stopProcess', 'web:web_2');
    const took = performance.now() - begun;
    client.destroy();
    expect(took).toBeGreaterThan(1990);
    expect(took).toBeLessThan(15_000);
    daemon.writeConfig(programs + section('20'));
    await daemon.ctl('update');
    await daemon.rpc('supervisor.startProcess', 'web:web_2');
    await untilStates(daemon, 'in in in');
  });

  test('a haproxy that was killed and restarted gets everything set again, and others are left alone', async () => {
    await ask('set server site/other weight 7');
    const { pid } = await infoOf(daemon, 'haproxy');
    process.kill(pid, 'SIGKILL');
    await daemon.until('another one has all of it', async () => {
      return (await infoOf(daemon, 'haproxy')).pid !== pid && (await servers()).join() === allReady.join();
    });
    expect(await pageOf(front())).toMatch(/^web_\d$/);
  });

  test('a haproxy that is gone is named once, stops end in time, and it learns of everything when it is back', async () => {
    await daemon.rpc('supervisor.stopProcess', 'haproxy');
    rmSync(join(daemon.dir, 'ha.sock'), { force: true });
    const before = daemon.log().length;
    await daemon.rpc('supervisor.stopProcess', 'web:web_0');
    const { error } = await upstreamOf(daemon, 'web');
    expect(error).toBe(`Cannot reach haproxy at ${join(daemon.dir, 'ha.sock')}: ENOENT`);
    await daemon.rpc('supervisor.startProcess', 'haproxy');
    await untilState(daemon, 'haproxy', 'RUNNING');
    await untilStates(daemon, 'out in in');
    const said = daemon.log().slice(before);
    expect(said.match(/ERRO upstream web: Cannot reach haproxy/g)).toHaveLength(1);
    expect(said).toContain('INFO upstream web: its proxy has all its servers again');
    await daemon.rpc('supervisor.startProcess', 'web:web_0');
    await untilStates(daemon, 'in in in');
    expect(await servers()).toEqual(allReady);
  });

  test('processes that are removed take their servers along, and bring them back', async () => {
    await daemon.rpc('supervisor.stopProcessGroup', 'web');
    await daemon.rpc('supervisor.removeProcessGroup', 'web');
    await daemon.until('they are gone', async () => (await servers()).join() === 'other 4 maint');
    await daemon.rpc('supervisor.addProcessGroup', 'web');
    await untilStates(daemon, 'in in in');
    expect(await servers()).toEqual(allReady);
    expect(await pageOf(front())).toMatch(/^web_\d$/);
  });
});
