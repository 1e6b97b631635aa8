import { expect, test } from 'vitest';
import { ports } from '../../../../src/ctl/commands/ports.ts';
import { Fault } from '../../../../src/rpc/faults.ts';
import { run } from '../fake-context.ts';

const web = { group: 'web', name: 'web_00', key: 'port', bind: '127.0.0.1', port: 2000, statename: 'RUNNING' };
const own = { pid: 7, command: 'gunicorn', startedas: 'web:web_00' };

test('each port has its process, its state and who listens there', async () => {
  const getPorts = [
    { ...web, holders: [own, { ...own, pid: 8 }] },
    { ...web, key: 'port_metrics', port: 9100, holders: [] },
    { ...web, name: 'web_01', port: 2001, statename: 'BACKOFF', holders: [{ pid: 9, command: 'nc', startedas: '' }] },
    { ...web, name: 'web_02', port: 2002, statename: 'FATAL', holders: [{ ...own, startedas: 'api:api' }] },
    { ...web, name: 'web_03', port: 2003, statename: 'STOPPED', holders: [] },
  ];
  const { code, printed } = await run(ports, '', { getPorts });
  expect(code).toBe(0);
  expect(printed).toEqual([
    'PORT  BIND       PROCESS                    STATE    HELD BY',
    '2000  127.0.0.1  web:web_00                 RUNNING  pid 7 and 1 more, gunicorn',
    '9100  127.0.0.1  web:web_00 (port_metrics)  RUNNING  nobody listens there',
    '2001  127.0.0.1  web:web_01                 BACKOFF  pid 9, nc (not of this daemon)',
    '2002  127.0.0.1  web:web_02                 FATAL    pid 7, gunicorn (of api:api)',
    '2003  127.0.0.1  web:web_03                 STOPPED  -',
  ]);
});

test('without any port it says how to get one', async () => {
  expect(await run(ports, '', { getPorts: [] })).toMatchObject({
    code: 0,
    printed: [expect.stringContaining('port=auto')],
  });
});

test("Supervisor's daemon does not know what is asked of it", async () => {
  const { code, printed } = await run(ports, '', { getPorts: new Fault('UNKNOWN_METHOD') });
  expect(code).toBe(1);
  expect(printed).toEqual(['ERROR: this daemon knows nothing of ports: it is Supervisor, or an older tssupervisord']);
});

test('it takes no arguments', async () => {
  expect((await run(ports, 'web')).code).toBe(1);
});
