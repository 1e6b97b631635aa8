/**
 * Every stack of etc/stack, and what each promises in its first lines: the tests of them stand in several files, so that
 * they run side by side.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DebianPackage, needs } from './skips.ts';
import { type Service, Stack } from './stack.ts';

export interface StackCase {
  readonly name: string;
  readonly packages: readonly DebianPackage[];
  readonly services: readonly Service[];
  /** Processes of each service. */
  readonly count: number;
  /** Requests that may be lost when a process is killed that nobody stands in for: those that it had begun. */
  readonly lostWithKilled?: number;
}

const web = [{ group: 'web', path: '/' }];
export const below = (...groups: readonly string[]) => groups.map((group) => ({ group, path: `/${group}/` }));

export const stackCases: readonly StackCase[] = [
  { name: 'flask', packages: ['gunicorn', 'python3-flask'], services: web, count: 2 },
  {
    name: 'workers',
    packages: ['gunicorn', 'python3-flask', 'python3-gevent'],
    services: below('gevent', 'gthread'),
    count: 2,
  },
  {
    name: 'uwsgi',
    packages: ['uwsgi', 'uwsgi-plugin-python3'],
    services: below('http-tcp', 'http-unix', 'uwsgi-tcp', 'uwsgi-unix', 'fastcgi-tcp', 'fastcgi-unix'),
    count: 2,
  },
  {
    name: 'django-tornado',
    packages: ['gunicorn', 'python3-django', 'python3-tornado'],
    services: below('django', 'tornado', 'container'),
    count: 2,
  },
  { name: 'php', packages: ['php-cgi'], services: [{ group: 'php', path: '/' }], count: 2, lostWithKilled: 1 },
  { name: 'haproxy', packages: ['haproxy', 'gunicorn', 'python3-flask'], services: web, count: 3 },
  { name: 'wsgiref', packages: ['python3'], services: web, count: 2 },
  { name: 'two-services', packages: ['gunicorn', 'python3-flask'], services: below('shop', 'api'), count: 2 },
  { name: 'node', packages: [], services: web, count: 2 },
];

/** The tests of these stacks. */
export function testStacks(...names: readonly string[]): void {
  for (const { name, packages, services, count, lostWithKilled = 0 } of stackCases.filter((one) =>
    names.includes(one.name),
  )) {
    needs('nginx', 'redis-server', ...packages).describe(`etc/stack/${name}.conf`, () => {
      let stack: Stack;
      beforeAll(async () => {
        stack = await Stack.start(name, services);
      });
      afterAll(() => stack?.[Symbol.asyncDispose]());

      test('all processes answer through the front, and count together', async () => {
        const answers = (await Promise.all(services.map((service) => stack.whoAnswers(service, count)))).flat();
        expect(answers.length).toBe(count * services.length);
        const counts: number[] = [];
        for (const { path } of [...services, ...services]) counts.push(Number(await stack.get(`${path}count`)));
        expect(counts).toEqual(counts.map((_, index) => (counts[0] ?? 0) + index));
      });

      test('an upload is served by nginx, byte by byte, while the application is stopped', async () => {
        const bytes = randomBytes(300_000);
        const [service] = services;
        if (service === undefined) throw new Error('Expected a service');
        await stack.upload(service, 'upload.bin', bytes);
        await Promise.all(services.map(({ group }) => stack.daemon.rpc('supervisor.stopProcessGroup', group)));
        expect(bytes.equals(await stack.file('upload.bin'))).toBe(true);
        expect(await stack.get('/static/hello.txt')).toBe('A file that nginx serves by itself.\n');
        await Promise.all(services.map(({ group }) => stack.daemon.rpc('supervisor.startProcessGroup', group)));
        await stack.whole();
        for (const { path } of services) await stack.daemon.until('it answers again', () => stack.get(path));
      });

      test('a kill under load costs no request but what it had begun', async () => {
        const counted = await stack.underLoad(services, () =>
          Promise.all(services.map((service) => stack.kill(service))),
        );
        expect(counted.refused).toBe(0);
        expect(counted.lost, JSON.stringify(counted.troubles)).toBeLessThanOrEqual(lostWithKilled);
        expect(counted.cut).toBeLessThanOrEqual(services.length);
      });

      test('a rolling restart under load costs no request', async () => {
        const before = await Promise.all(services.map((service) => stack.pids(service)));
        const counted = await stack.underLoad(services, async () => {
          const rolls = await Promise.all(services.map(({ group }) => stack.daemon.ctl('roll', `${group}:*`)));
          expect(rolls.map(({ code }) => code)).toEqual(rolls.map(() => 0));
        });
        expect(counted).toMatchObject({ refused: 0, lost: 0, troubles: [] });
        const after = (await Promise.all(services.map((service) => stack.pids(service)))).flat();
        expect(after.filter((pid) => before.flat().includes(pid))).toEqual([]);
      });
    });
  }
}
