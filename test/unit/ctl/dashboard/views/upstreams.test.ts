import { expect, test } from 'vitest';
import { upstreamsRows } from '../../../../../src/ctl/dashboard/views/upstreams.ts';
import { viewText, wordsOf } from '../../../../support/view-text.ts';

const now = 1_700_000_000_000;
const server = (at: number, state: string, ago: number, why = '') => {
  return { name: `web:web_0${at}`, address: `127.0.0.1:200${at}`, state, since: now / 1000 - ago, why };
};
const web = {
  name: 'web',
  driver: 'nginx',
  target: '/etc/nginx/web.conf',
  error: '',
  servers: [server(0, 'in', 4000), server(1, 'draining', 3, 'leaving upstream web, at most 5 s'), server(2, 'out', 65)],
};
const broken = {
  ...web,
  name: 'api',
  driver: 'haproxy',
  target: '/run/h.sock api',
  error: 'no such backend',
  servers: [],
};

test('an upstream says of each server whether it is in, draining or out, since when and why', () => {
  const rows = upstreamsRows([web, broken], { now, width: 110 });
  expect(viewText(rows, 110)).toMatchInlineSnapshot(`
    "
      STATE       SERVER      ADDRESS              SINCE  WHY
    web: 1 in, 1 draining, 1 out  nginx, /etc/nginx/web.conf
      ● in        web:web_00  127.0.0.1:2000   1 h 6 min
      ◐ draining  web:web_01  127.0.0.1:2001         3 s  leaving upstream web, at most 5 s
      ○ out       web:web_02  127.0.0.1:2002  1 min 05 s
    api: no server  haproxy, /run/h.sock api
      ERROR (no such backend)
    "
  `);
  expect(wordsOf(rows, 'bad')).toEqual(['○ out', 'ERROR (no such backend)']);
  expect(rows.find(({ key }) => key === 'web web:web_01')?.target).toBe('web:web_01');
});

test('on a narrow screen the name and the state stay, also without Unicode', () => {
  expect(viewText(upstreamsRows([web, broken], { now, width: 40, isUnicode: false }), 40)).toMatchInlineSnapshot(`
    "
      STATE       SERVER           SINCE
    web: 1 in, 1 draining, 1 out  nginx, /e…
      * in        web:web_00   1 h 6 min
      ~ draining  web:web_01         3 s
      - out       web:web_02  1 min 05 s
    api: no server  haproxy, /run/h.sock api
      ERROR (no such backend)
    "
  `);
});

test('without an upstream it is said how to get one', () => {
  expect(viewText(upstreamsRows([], { now, width: 30 }), 30)).toMatchInlineSnapshot(`
    "
    There is no upstream: write a…
    "
  `);
});
