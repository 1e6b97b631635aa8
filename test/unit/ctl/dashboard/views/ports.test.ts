import { expect, test } from 'vitest';
import { portsRows } from '../../../../../src/ctl/dashboard/views/ports.ts';
import { viewText, wordsOf } from '../../../../support/view-text.ts';

const own = { pid: 812, command: 'gunicorn: master [app]', startedas: 'web:web_00' };
const stranger = { pid: 99, command: 'nc -l 2001', startedas: '' };
const port = (name: string, port: number, statename: string, holders: (typeof own)[], key = 'port') => {
  return { group: 'web', name, key, bind: '127.0.0.1', port, statename, holders };
};
const infos = [
  port('web_01', 2001, 'BACKOFF', [stranger]),
  port('web_00', 2000, 'RUNNING', [own, { ...own, pid: 813 }]),
  port('web_02', 2002, 'RUNNING', []),
  port('web_03', 2003, 'STOPPED', []),
  port('web_00', 9100, 'RUNNING', [own], 'port_metrics'),
];

test('every port says whose it is, who listens there, and whether that is a stranger', () => {
  const rows = portsRows(infos, { now: 0, width: 100 });
  expect(viewText(rows, 100)).toMatchInlineSnapshot(`
    "
    PORT  BIND       PROCESS     KEY           STATE    HELD BY
    2000  127.0.0.1  web:web_00  port          RUNNING  pid 812 and 1 more, gunicorn: master [app]
    2001  127.0.0.1  web:web_01  port          BACKOFF  pid 99, nc -l 2001 (not of this daemon)
    2002  127.0.0.1  web:web_02  port          RUNNING  nobody listens there
    2003  127.0.0.1  web:web_03  port          STOPPED  -
    9100  127.0.0.1  web:web_00  port_metrics  RUNNING  pid 812, gunicorn: master [app]
    "
  `);
  expect(wordsOf(rows, 'bad')).toEqual(['pid 99, nc -l 2001 (not of this daemon)']);
  expect(wordsOf(rows, 'warning')).toEqual(['BACKOFF', 'nobody listens there']);
  expect(rows.map(({ target }) => target)).toContain('web:web_01');
});

test('on a narrow screen bind, key and state leave, in this order, and the port and its holder stay', () => {
  expect(viewText(portsRows(infos, { now: 0, width: 50 }), 50)).toMatchInlineSnapshot(`
    "
    PORT  PROCESS     STATE    HELD BY
    2000  web:web_00  RUNNING  pid 812 and 1 more, gu…
    2001  web:web_01  BACKOFF  pid 99, nc -l 2001 (no…
    2002  web:web_02  RUNNING  nobody listens there
    2003  web:web_03  STOPPED  -
    9100  web:web_00  RUNNING  pid 812, gunicorn: mas…
    "
  `);
  expect(viewText(portsRows(infos, { now: 0, width: 30 }), 30)).toMatchInlineSnapshot(`
    "
    PORT  PROCESS     HELD BY
    2000  web:web_00  pid 812 and…
    2001  web:web_01  pid 99, nc …
    2002  web:web_02  nobody list…
    2003  web:web_03  -
    9100  web:web_00  pid 812, gu…
    "
  `);
});

test('where no program has a port, it is said how to get one', () => {
  expect(viewText(portsRows([], { now: 0, width: 80 }), 80)).toMatchInlineSnapshot(`
    "
    No program has a port: write port=2000, or port=auto, into its section
    "
  `);
});
