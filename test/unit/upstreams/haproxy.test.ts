/** What a haproxy is asked and told; the answers are those of haproxy 2.6. */
import { expect, test } from 'vitest';
import type { UpstreamConfig } from '../../../src/daemon/config/model.ts';
import { Haproxy } from '../../../src/daemon/upstreams/haproxy.ts';
import { loadIn, pidIn, refusalIn, serversIn } from '../../../src/daemon/upstreams/haproxy-answers.ts';
import type { Answer } from '../../../src/daemon/upstreams/haproxy-socket.ts';
import type { WishedServer } from '../../../src/daemon/upstreams/servers.ts';
import { FakeOs } from '../../support/fake-os.ts';

const turn = () => new Promise((settle) => setImmediate(settle));

/** As much of haproxy as the driver needs. */
class FakeHaproxy {
  pid = 1;
  /** What is wrong with its socket. */
  why: string | undefined;
  /** What it answers instead of what it should. */
  readonly odd = new Map<string, string>();
  readonly servers = new Map<string, { address: string; admin: number }>();
  readonly commands: string[] = [];

  ask(command: string): Answer {
    if (this.why !== undefined) return { why: this.why };
    const odd = [...this.odd].find(([start]) => command.startsWith(start));
    if (!command.startsWith('show info')) this.commands.push(command);
    return { text: odd?.[1] ?? this.#answer(command) };
  }

  #answer(command: string): string {
    const [verb = '', what = '', target = '', more = '', last = '', , port = ''] = command.split(' ');
    if (command === 'show info') return `Name: HAProxy\nPid: ${this.pid}\nUptime: 0d\n\n`;
    if (command === 'show servers state site') return this.#state();
    const name = target.replace('site/', '');
    const known = this.servers.get(name);
    if (verb === 'add') {
      this.servers.set(name, { address: more, admin: 1 });
      return 'New server registered.\n\n';
    }
    if (known === undefined) return 'No such server.\n\n';
    if (verb === 'del') {
      if ((known.admin & 1) === 0) return 'Only servers in maintenance mode can be deleted.\n';
      this.servers.delete(name);
      return 'Server deleted.\n';
    }
    if (verb === 'set' && more === 'addr') {
      this.servers.set(name, { ...known, address: `${last}:${port}` });
      return `IP changed from 'a' to '${last}', no need to change the port by 'stats socket command'\n\n`;
    }
    if (verb === 'set') known.admin = { ready: 0, drain: 8, maint: 1 }[last] ?? 0;
    return verb === 'set' || what === 'health' ? '\n' : 'Unknown command\n';
  }

  #state(): string {
    const rows = [...this.servers].map(([name, { address, admin }]) => {
      const [host, port] = address.startsWith('unix@') ? ['-', '0'] : address.split(':');
      return `3 site 1 ${name} ${host} 2 ${admin} ${port}\n`;
    });
    return `1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_port\n${rows.join('')}\n`;
  }
}

function setUp(options = '') {
  const os = new FakeOs();
  const haproxy = new FakeHaproxy();
  const driver = { type: 'haproxy', socket: '/run/ha.sock', backend: 'site' } as const;
  const config: UpstreamConfig = { name: 'web', programs: ['web'], options, drainMs: 5000, driver };
  const log: string[] = [];
  const seen = { changes: 0 };
  const note = (text: string) => void log.push(text);
  const parts = {
    os,
    log: { error: note, warn: note, info: note },
    ask: async (_: string, command: string) => haproxy.ask(command),
    ours: new Set<string>(),
    onChanged: () => {
      seen.changes += 1;
    },
  };
  const made = new Haproxy(parts, config, driver);
  const second = async () => {
    os.advance(1000);
    await turn();
  };
  const again = () => new Haproxy(parts, { ...config, options: 'weight 2' }, driver);
  return { haproxy, made, log, seen, second, os, again };
}

function server(number: number, state: WishedServer['state'] = 'in', name = `web:web_${number}`): WishedServer {
  return { name, address: { family: 'inet', host: '127.0.0.1', port: 2000 + number }, ids: [name], state };
}

test('a server that is not there is added and made ready, one that is there gets its address first', async () => {
  const { haproxy, made } = setUp('check inter 1s');
  haproxy.servers.set('web:web_1', { address: '127.0.0.1:1', admin: 1 });
  haproxy.servers.set('other', { address: '127.0.0.1:9', admin: 0 });
  expect(await made.apply([server(0), server(1), server(2, 'out')])).toEqual({ ok: true });
  expect(haproxy.commands).toEqual([
    'show servers state site',
    'add server site/web:web_0 127.0.0.1:2000 check inter 1s',
    'enable health site/web:web_0',
    'set server site/web:web_0 state ready',
    'set server site/web:web_1 addr 127.0.0.1 port 2001',
    'set server site/web:web_1 state ready',
  ]);
});

test('what is as it is wished is left alone, and so is what has another name', async () => {
  const { haproxy, made } = setUp();
  haproxy.servers.set('other', { address: '127.0.0.1:9', admin: 0 });
  await made.apply([server(0)]);
  haproxy.commands.length = 0;
  await made.apply([server(0)]);
  expect(haproxy.commands).toEqual(['show servers state site']);
  expect(haproxy.servers.get('other')).toEqual({ address: '127.0.0.1:9', admin: 0 });
});

test('one that leaves is drained, then in maintenance; those that come are there first', async () => {
  const { haproxy, made } = setUp();
  await made.apply([server(0), server(1, 'out')]);
  haproxy.commands.length = 0;
  await made.apply([server(0, 'draining'), server(1)]);
  await made.apply([server(0, 'out'), server(1)]);
  expect(haproxy.commands.filter((command) => !command.startsWith('show'))).toEqual([
    'add server site/web:web_1 127.0.0.1:2001',
    'set server site/web:web_1 state ready',
    'set server site/web:web_0 state drain',
    'set server site/web:web_0 state maint',
  ]);
});

test('a process that is gone for good takes its server along, as soon as that has no connections', async () => {
  const { haproxy, made, seen, second } = setUp();
  await made.apply([server(0), server(1)]);
  haproxy.odd.set('del server', 'Server still has connections attached to it, cannot remove it.\n');
  haproxy.commands.length = 0;
  expect(await made.apply([server(0)])).toEqual({ ok: true });
  expect(haproxy.commands.slice(1)).toEqual(['set server site/web:web_1 state maint', 'del server site/web:web_1']);
  haproxy.odd.clear();
  await second();
  expect(seen.changes).toBe(1);
  await made.apply([server(0)]);
  expect([...haproxy.servers.keys()]).toEqual(['web:web_0']);
  await second();
  expect(seen.changes).toBe(1);
});

test('what went with a change of the section takes its server along too', async () => {
  const { haproxy, made, again } = setUp();
  haproxy.servers.set('other', { address: '127.0.0.1:9', admin: 0 });
  await made.apply([server(0), server(1)]);
  made.close();
  await again().apply([server(1)]);
  expect([...haproxy.servers.keys()]).toEqual(['other', 'web:web_1']);
});

test('a process at a unix socket is added with its path', async () => {
  const { haproxy, made } = setUp();
  await made.apply([{ ...server(0), address: { family: 'unix', path: '/run/web.sock' } }]);
  expect(haproxy.commands[1]).toBe('add server site/web:web_0 unix@/run/web.sock');
});

test('another haproxy is noticed within a second, the same one is left in peace', async () => {
  const { haproxy, made, seen, second, log } = setUp();
  await made.apply([server(0)]);
  await second();
  expect(seen.changes).toBe(0);
  haproxy.pid = 2;
  haproxy.servers.clear();
  await second();
  expect(seen.changes).toBe(1);
  await made.apply([server(0)]);
  expect(haproxy.servers.get('web:web_0')).toEqual({ address: '127.0.0.1:2000', admin: 0 });
  expect(log).toEqual([1, 2].map((pid) => `upstream web: set all servers of haproxy (pid ${pid})`));
});

test('one that goes away is news at once, and it is asked for everything when it is back', async () => {
  const { haproxy, made, seen, second } = setUp();
  await made.apply([server(0)]);
  haproxy.why = 'ECONNREFUSED';
  await second();
  expect(seen.changes).toBe(1);
  const why = 'Cannot reach haproxy at /run/ha.sock: ECONNREFUSED';
  expect(await made.apply([server(0)])).toEqual({ ok: false, why, isEarly: false });
  await second();
  expect(seen.changes).toBe(1);
  haproxy.why = undefined;
  await second();
  expect(seen.changes).toBe(2);
});

test('at first it may take five seconds until it answers', async () => {
  const { haproxy, made, seen, second } = setUp();
  haproxy.why = 'ENOENT';
  expect(await made.apply([server(0)])).toMatchObject({ ok: false, isEarly: true });
  for (let count = 0; count < 4; count += 1) await second();
  expect(seen.changes).toBe(0);
  await second();
  expect(seen.changes).toBe(1);
  expect(await made.apply([server(0)])).toMatchObject({ ok: false, isEarly: false });
});

test('a command that is refused is named with haproxy’s words, the others are done, and it is not asked again', async () => {
  const { haproxy, made, seen, second } = setUp('fooo');
  haproxy.servers.set('web:web_1', { address: '127.0.0.1:2001', admin: 1 });
  haproxy.odd.set('add server', "unknown keyword 'fooo'; did you mean 'tfo' maybe ?\n\n");
  expect(await made.apply([server(0), server(1)])).toEqual({
    ok: false,
    why: `haproxy refuses "add server site/web:web_0 127.0.0.1:2000 fooo": unknown keyword 'fooo'; did you mean 'tfo' maybe ?`,
  });
  expect(haproxy.servers.get('web:web_1')?.admin).toBe(0);
  await second();
  expect(seen.changes).toBe(0);
});

test.each([
  [
    'show info',
    'HTTP/1.1 400 Bad Request\r\n\r\n',
    'What answers at /run/ha.sock is no haproxy: "HTTP/1.1 400 Bad Request',
  ],
  ['show info', '', 'What answers at /run/ha.sock is no haproxy: nothing'],
  ['show servers', "Can't find backend.\n\n", `haproxy says of its backend "site": "Can't find backend."`],
  ['show servers', 'Permission denied\n\n', 'haproxy says of its backend "site": "Permission denied"'],
  ['show servers', '2\n# another format\n\n', 'haproxy says of its backend "site": "2"'],
])('%s answered by %j is an error that says so', async (command, text, why) => {
  const { haproxy, made } = setUp();
  haproxy.odd.set(command, text);
  const applied = await made.apply([server(0)]);
  expect(applied).toMatchObject({ ok: false, why: expect.stringContaining(why) });
});

test('after its end it asks nothing more', async () => {
  const { haproxy, made, os, second } = setUp();
  made.close();
  await second();
  expect(os.pending).toBe(0);
  expect(haproxy.commands).toEqual([]);
});

test('the answers of haproxy 2.6 are read', () => {
  expect(pidIn('Name: HAProxy\nProcess_num: 1\nPid: 1366\n')).toBe(1366);
  const state =
    '1\n# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight ' +
    'srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state ' +
    'bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr ' +
    'srv_agent_addr srv_agent_port\n3 web 1 other 127.0.0.1 0 5 1 1 1 1 0 0 8 0 0 0 - 19199 - 0 0 - - 0\n' +
    '3 web 2 web:web_00 ::1 2 8 1 1 0 1 0 0 0 0 0 0 - 19002 - 0 0 - - 0\n' +
    '3 web 4 web:web_02 - 2 0 1 1 0 1 0 0 0 0 0 0 - 0 - 0 0 - - 0\n\n';
  expect(serversIn(state)).toEqual([
    { name: 'other', host: '127.0.0.1', port: 19199, isInMaintenance: true, isDraining: false },
    { name: 'web:web_00', host: '::1', port: 19002, isInMaintenance: false, isDraining: true },
    { name: 'web:web_02', host: undefined, port: 0, isInMaintenance: false, isDraining: false },
  ]);
  const stat = '# pxname,svname,qcur,qmax,scur,srv_icur,\nweb,other,5,0,5,5,\nweb,web:web_00,1,4,2,3,\n\n';
  expect(loadIn(stat, 'web:web_00')).toEqual({ busy: 3, idle: 3 });
  expect(loadIn(stat, 'web:web_01')).toBeUndefined();
  for (const done of [
    '\n',
    'Server deleted.\n',
    "no need to change the addr, port changed from '1' to '2' by 'stats socket command'\n\n",
  ]) {
    expect(refusalIn(done)).toBeUndefined();
  }
  expect(refusalIn("Invalid addr '/x' by 'stats socket command'\n\n")).toBe(
    "Invalid addr '/x' by 'stats socket command'",
  );
  expect(refusalIn('No such backend.\n\n')).toBe('No such backend.');
});
