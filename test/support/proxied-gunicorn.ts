/**
 * Gunicorn of one small WSGI application behind nginx or haproxy, with an upstream of ours: what a client of the proxy
 * sees while they come and go. nginx and haproxy are set up as docs/zero-downtime.md says.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Counted, CountingClients } from './counting-client.ts';
import { startDaemon, type TestDaemon } from './daemon.ts';
import { freePortHundred } from './ports.ts';
import { Wrk, type WrkReport } from './wrk.ts';

export type ProxyKind = 'nginx' | 'haproxy';

/** Takes 5 ms, so that there is always a request under way, and 100,000 bytes are more than one write. */
const app = `import os, time

def app(environ, start_response):
    time.sleep(0.005)
    body = os.environ['SUPERVISOR_PROCESS_NAME'].encode() + b'.' * 100000
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
`;

const nginxConf = (front: number) => `daemon off;
pid nginx.pid;
error_log error.log;
worker_processes 2;
events {}
http {
  access_log off;
  client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
  proxy_next_upstream error timeout;
  include web.conf;
  server { listen 127.0.0.1:${front}; location / { proxy_pass http://web; } }
}
`;

const haproxyConf = (front: number) => `global
  stats socket unix@ha.sock mode 600 level admin
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response
frontend front
  bind 127.0.0.1:${front}
  default_backend web
backend web
  balance roundrobin
`;

const nginx = 'nginx -e %(here)s/error.log -p %(here)s/ -c %(here)s/nginx.conf';

const proxies: Readonly<Record<ProxyKind, string>> = {
  nginx: `[program:nginx]
command=${nginx}
stopsignal=QUIT
stopwaitsecs=5

[upstream:web]
programs=web
driver=nginx
file=%(here)s/web.conf
options=max_fails=1 fail_timeout=1s
test=${nginx} -t
reload=nginx
drain=10
`,
  haproxy: `[program:haproxy]
command=haproxy -db -C %(here)s -f haproxy.cfg
stopsignal=USR1
stopwaitsecs=5

[upstream:web]
programs=web
driver=haproxy
socket=%(here)s/ha.sock
drain=10
`,
};

const web = (count: number, port: number) => `[program:web]
command=gunicorn --workers 1 --graceful-timeout 10 --bind 127.0.0.1:%(port)d app:app
process_name=%(program_name)s_%(process_num)02d
directory=%(here)s
environment=PYTHONDONTWRITEBYTECODE="1"
numprocs=${count}
port=${port}
port_step=2
ready=http:/
startsecs=0
stopwaitsecs=15
autorestart=true

`;

/** What both kinds of clients saw. */
export interface Seen {
  readonly clients: Counted;
  readonly wrk: WrkReport;
}

/**
 * Each kill may cut the answer that the killed one had begun to give: the proxy has passed its head on and cannot ask
 * another one. (gunicorn's worker gives one at a time.) Everything else must be answered.
 */
export function expectOnlyCut({ clients, wrk }: Seen, kills: number): void {
  expect(clients, clients.troubles.join('\n')).toMatchObject({ refused: 0, lost: 0 });
  expect(clients.cut + wrk.failed, wrk.text).toBeLessThanOrEqual(kills);
}

interface Info {
  readonly name: string;
  readonly group: string;
  readonly pid: number;
  readonly statename: string;
}

export class ProxiedGunicorn implements AsyncDisposable {
  readonly daemon: TestDaemon;
  readonly #proxy: ProxyKind;
  readonly #front: number;

  private constructor(daemon: TestDaemon, proxy: ProxyKind, front: number) {
    this.daemon = daemon;
    this.#proxy = proxy;
    this.#front = front;
  }

  static async start(proxy: ProxyKind, count: number): Promise<ProxiedGunicorn> {
    const port = (await freePortHundred(40)) * 100;
    const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-proxied-'));
    writeFileSync(join(dir, 'app.py'), app);
    writeFileSync(join(dir, 'nginx.conf'), nginxConf(port + 39));
    writeFileSync(join(dir, 'haproxy.cfg'), haproxyConf(port + 39));
    const daemon = await startDaemon({ dir, config: web(count, port) + proxies[proxy] });
    const all = new ProxiedGunicorn(daemon, proxy, port + 39);
    try {
      await all.untilServing(count);
    } catch (error) {
      await daemon.stop();
      throw error;
    }
    return all;
  }

  async members(): Promise<Info[]> {
    const all = (await this.daemon.rpc('supervisor.getAllProcessInfo')) as unknown as readonly Info[];
    return all.filter(({ group }) => group === 'web');
  }

  /** Waits until `count` of them are there, and all of them are in the upstream. */
  async untilServing(count: number): Promise<void> {
    await this.daemon.until(`${count} serve`, async () => {
      const { stdout } = await this.daemon.ctl('upstreams');
      return !stdout.includes('ERROR') && (await this.#states()) === 'in '.repeat(count);
    });
  }

  /** Kills one with all of its workers, and waits until it serves again. */
  async kill(number: number, count: number): Promise<void> {
    const victim = (await this.members())[number];
    if (victim === undefined) throw new Error(`Expected process ${number} of web`);
    process.kill(-victim.pid, 'SIGKILL');
    await this.daemon.until('it is another one', async () => {
      const now = (await this.members()).find(({ name }) => name === victim.name);
      return now?.statename === 'RUNNING' && now.pid !== victim.pid;
    });
    await this.untilServing(count);
  }

  /** More or fewer of them. */
  async scale(count: number): Promise<void> {
    const { code, stdout } = await this.daemon.ctl('scale', `web=${count}`);
    if (code !== 0) throw new Error(`Cannot scale to ${count}: ${stdout}`);
    await this.untilServing(count);
  }

  /** What clients saw while `act` went on, and some more answers after it. */
  async underLoad(act: () => Promise<unknown>): Promise<Seen> {
    await using clients = new CountingClients({ host: '127.0.0.1', port: this.#front }, 3);
    // nginx closes connections that it has kept open at each reload: a request that meets that is nobody's fault.
    await using wrk = new Wrk(`http://127.0.0.1:${this.#front}/`, 2, this.#proxy === 'nginx');
    const untilMore = async () => {
      const before = clients.answered;
      await this.daemon.until('there are new answers', () => clients.answered > before + 20);
    };
    await untilMore();
    await act();
    await untilMore();
    return { wrk: await wrk.stop(), clients: await clients.stop() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.daemon.stop();
  }

  async #states(): Promise<string> {
    const upstreams = (await this.daemon.rpc('tssupervisor.getUpstreams')) as unknown as readonly {
      readonly servers: readonly { readonly state: string }[];
    }[];
    return upstreams.flatMap(({ servers }) => servers.map(({ state }) => `${state} `)).join('');
  }
}
