/** What docs/zero-downtime.md measures a hundred times (test/long/zero-downtime.test.ts), some times. */
import { expect } from 'vitest';
import { expectOnlyCut, ProxiedGunicorn } from '../../support/proxied-gunicorn.ts';
import { needs } from '../../support/skips.ts';

const ROLLS = 5;
const KILLS = 10;

needs('nginx', 'gunicorn', 'wrk').test(
  'gunicorn behind nginx is rolled and killed, and nothing is lost',
  async () => {
    await using web = await ProxiedGunicorn.start('nginx', 3);
    const rolled = await web.underLoad(async () => {
      for (let round = 0; round < ROLLS; round += 1) {
        const before = (await web.members()).map(({ pid }) => pid);
        expect(await web.daemon.ctl('roll', 'web:*')).toMatchObject({ code: 0 });
        expect((await web.members()).filter(({ pid }) => before.includes(pid))).toEqual([]);
      }
    });
    expect(rolled.clients).toMatchObject({ refused: 0, lost: 0, troubles: [] });
    expect(rolled.wrk.failed, rolled.wrk.text).toBe(0);
    const killed = await web.underLoad(async () => {
      for (let round = 0; round < KILLS; round += 1) await web.kill(round % 3, 3);
    });
    expectOnlyCut(killed, KILLS);
  },
  180_000,
);
