/**
 * The figures of docs/zero-downtime.md: rolling restarts, kills, and more and fewer processes, with clients that ask all
 * the while through nginx and through haproxy. Fewer of the same are in test/real. ROUNDS=10 makes them shorter.
 */
import { describe, expect } from 'vitest';
import { expectOnlyCut, ProxiedGunicorn, type ProxyKind, type Seen } from '../support/proxied-gunicorn.ts';
import { needs } from '../support/skips.ts';

const rounds = Number(process.env['ROUNDS'] ?? 100);

function say(what: string, { clients, wrk }: Seen): void {
  const failed = clients.refused + clients.lost + clients.cut;
  process.stdout.write(`${what}: ${clients.answered} + ${wrk.requests} answers, ${failed} + ${wrk.failed} failed\n`);
}

function expectNothingLost(what: string, seen: Seen): void {
  say(what, seen);
  expect(seen.clients).toMatchObject({ refused: 0, lost: 0, troubles: [] });
  expect(seen.wrk.failed, seen.wrk.text).toBe(0);
}

for (const proxy of ['nginx', 'haproxy'] satisfies readonly ProxyKind[]) {
  describe(`gunicorn behind ${proxy}`, () => {
    const { test } = needs(proxy, 'gunicorn', 'wrk');

    test('100 rolling restarts of four gunicorn under load lose no request', async () => {
      await using web = await ProxiedGunicorn.start(proxy, 4);
      const seen = await web.underLoad(async () => {
        for (let round = 0; round < rounds; round += 1) {
          const before = new Set((await web.members()).map(({ pid }) => pid));
          expect(await web.daemon.ctl('roll', 'web:*')).toMatchObject({ code: 0 });
          expect((await web.members()).filter(({ pid }) => before.has(pid))).toEqual([]);
        }
      });
      expectNothingLost(`${rounds} rolls behind ${proxy}`, seen);
    });

    test('a gunicorn of four is killed 100 times, and nothing is lost but an answer that had begun', async () => {
      await using web = await ProxiedGunicorn.start(proxy, 4);
      const seen = await web.underLoad(async () => {
        for (let round = 0; round < rounds; round += 1) await web.kill(round % 4, 4);
      });
      say(`${rounds} kills behind ${proxy}`, seen);
      expectOnlyCut(seen, rounds);
    });

    test('two gunicorn become eight and two again under load, and no request is lost', async () => {
      await using web = await ProxiedGunicorn.start(proxy, 2);
      const seen = await web.underLoad(async () => {
        await web.scale(8);
        await web.scale(2);
      });
      expectNothingLost(`2, 8, 2 behind ${proxy}`, seen);
    });
  });
}
