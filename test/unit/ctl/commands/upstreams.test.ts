import { expect, test } from 'vitest';
import { upstreams } from '../../../../src/ctl/commands/upstreams.ts';
import { readUpstream } from '../../../../src/ctl/upstream-info.ts';
import { Fault } from '../../../../src/rpc/faults.ts';
import { run } from '../fake-context.ts';

const since = new Date(2026, 0, 2, 3, 4, 5).getTime() / 1000;
const server = { name: 'web:web_0', address: '127.0.0.1:2000', state: 'in', since, why: 'ready' };
const web = { name: 'web', driver: 'nginx', target: '/etc/web.conf', error: '', servers: [server] };

test('each server has its upstream, its address, its state, since when and why', async () => {
  const out = { ...server, name: 'web:web_1', address: 'unix:/run/w', state: 'draining', why: 'about to stop' };
  const { code, printed } = await run(upstreams, '', { getUpstreams: [{ ...web, servers: [server, out] }] });
  expect(code).toBe(0);
  expect(printed).toEqual([
    'web: nginx, /etc/web.conf',
    'UPSTREAM  SERVER     ADDRESS         STATE     SINCE                WHY',
    'web       web:web_0  127.0.0.1:2000  in        2026-01-02 03:04:05  ready',
    'web       web:web_1  unix:/run/w     draining  2026-01-02 03:04:05  about to stop',
  ]);
});

test('a proxy that could not be told ends with 1, and says why', async () => {
  const { code, printed } = await run(upstreams, '', { getUpstreams: [{ ...web, error: 'no such file' }] });
  expect(code).toBe(1);
  expect(printed[0]).toBe('web: nginx, /etc/web.conf: ERROR (no such file)');
});

test('without any upstream it says how to get one', async () => {
  const ran = await run(upstreams, '', { getUpstreams: [] });
  expect(ran).toMatchObject({ code: 0, printed: [expect.stringContaining('[upstream:x]')] });
});

test("Supervisor's daemon does not know of upstreams, and words behind it are refused", async () => {
  const { code, printed } = await run(upstreams, '', { getUpstreams: new Fault('UNKNOWN_METHOD') });
  expect(code).toBe(1);
  expect(printed).toEqual([
    'ERROR: this daemon knows nothing of upstreams: it is Supervisor, or an older tssupervisord',
  ]);
  expect((await run(upstreams, 'web')).code).toBe(1);
});

test('what an older daemon does not say is empty', () => {
  expect(readUpstream({ name: 'web', servers: [{ name: 'web:web_0' }] })).toEqual({
    name: 'web',
    driver: '',
    target: '',
    error: '',
    servers: [{ name: 'web:web_0', address: '', state: '', since: 0, why: '' }],
  });
});
