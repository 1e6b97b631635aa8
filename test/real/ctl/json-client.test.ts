/** The command's own clients, against the built daemon over both kinds of socket and against servers that misbehave. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type EventSource, openEventSource } from '../../../src/ctl/event-source.ts';
import { JsonClient } from '../../../src/ctl/json-client.ts';
import { ProtocolError, type ServerLogin } from '../../../src/rpc/client.ts';
import { Fault, faultCodes } from '../../../src/rpc/faults.ts';
import { startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { until } from '../../support/until.ts';
import { script } from '../daemon/support.ts';

const nobody = { username: undefined, password: undefined };

interface Told {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly id: string;
}

/** What a stream has told so far, and how it ended. */
class Listener {
  readonly told: Told[] = [];
  readonly source: EventSource;
  ended: { readonly error: Error | undefined } | undefined;

  constructor(login: ServerLogin, path: string) {
    this.source = openEventSource(login, path, {
      event: (name, data, id) => void this.told.push({ name, data: data as Told['data'], id }),
      end: (error) => {
        this.ended = { error };
      },
    });
    onTestFinished(() => this.source.close());
  }

  texts(): unknown[] {
    return this.told.filter(({ name }) => name === 'log').map(({ data }) => data['text']);
  }

  async end(): Promise<Error | undefined> {
    return (await until('the stream ends', () => this.ended)).error;
  }
}

/** A server that answers each connection by `answer`. */
async function serving(answer: (socket: Socket, request: string) => void): Promise<ServerLogin> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => answer(socket, bytes.toString()));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { serverurl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...nobody };
}

describe('with a daemon', () => {
  let daemon: TestDaemon;
  let unix: ServerLogin;
  let tcp: ServerLogin;

  beforeAll(async () => {
    const port = await freePort();
    daemon = await startDaemon({
      config: [
        `[inet_http_server]\nport=127.0.0.1:${port}\nusername=ann\npassword=s3cret:ü\n`,
        script('idle', 'exec sleep 1000'),
        script('flood', 'yes 0123456789-0123456789-0123456789-0123456789 | head -c 4000000; exec sleep 1000'),
        script('words', 'echo Malmö 😀 界; echo oops >&2; exec sleep 1000'),
      ].join('\n'),
    });
    unix = { serverurl: `unix://${daemon.socket}`, ...nobody };
    tcp = { serverurl: `http://127.0.0.1:${port}`, username: 'ann', password: 's3cret:ü' };
  });
  afterAll(() => daemon.stop());

  test('calls made at once are answered in turn, over a unix socket and over TCP', async () => {
    for (const login of [unix, tcp]) {
      const client = new JsonClient(login);
      const answers = await Promise.all([
        client.call('supervisor.getAPIVersion'),
        client.call('supervisor.getProcessInfo', ['idle']),
        client.call('supervisor.getIdentification'),
      ]);
      expect(answers).toMatchObject(['3.0', { name: 'idle' }, 'supervisor']);
      client.close();
    }
  });

  test('a refusal is a Fault with the code of XML-RPC; in a batch it spoils no other call', async () => {
    const client = new JsonClient(unix);
    const refused = (name: string, params: readonly unknown[]) => client.call(name, params).catch((error) => error);
    expect(await refused('supervisor.startProcess', ['nobody'])).toMatchObject({ code: faultCodes.BAD_NAME });
    expect(await refused('supervisor.nothing', [])).toMatchObject({ code: faultCodes.UNKNOWN_METHOD });
    expect(await refused('supervisor.getProcessInfo', [])).toMatchObject({ code: faultCodes.INCORRECT_PARAMETERS });
    expect(await refused('supervisor.nothing', [])).toBeInstanceOf(Fault);
    const outcomes = await client.batch([
      { method: 'supervisor.getProcessInfo', params: ['idle'] },
      { method: 'supervisor.getProcessInfo', params: ['nobody'] },
      { method: 'supervisor.getState', params: [] },
    ]);
    expect(outcomes).toMatchObject([
      { result: { name: 'idle' } },
      { error: { code: faultCodes.BAD_NAME } },
      { result: { statename: 'RUNNING' } },
    ]);
    expect(await client.batch([])).toEqual([]);
    client.close();
  });

  test('a wrong password is a ProtocolError, and so is a stream that is refused', async () => {
    const wrong = { ...tcp, password: 'guess' };
    const error = await new JsonClient(wrong).call('supervisor.getState').catch((reason) => reason);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ status: 401 });
    expect(await new Listener(wrong, '/events').end()).toMatchObject({ status: 401 });
    expect(await new Listener(tcp, '/logs?name=nobody').end()).toMatchObject({ status: 404 });
  });

  test('events and lines of logs come as they happen, over a unix socket and over TCP', async () => {
    for (const login of [unix, tcp]) {
      const events = new Listener(login, '/events?name=PROCESS_STATE');
      const logs = new Listener(login, '/logs?name=words');
      await until('the stream says hello', () => events.told[0]?.name === 'hello');
      await until('both lines are there', () => logs.told.length >= 2);
      expect(logs.texts()).toContain('Malmö 😀 界');
      expect(logs.told).toContainEqual(
        expect.objectContaining({ data: { group: 'words', name: 'words', channel: 'stderr', text: 'oops' } }),
      );
      const client = new JsonClient(login);
      await client.call('supervisor.stopProcess', ['idle']);
      await until('its end is told', () => events.told.some(({ name }) => name === 'PROCESS_STATE_STOPPED'));
      expect(events.told.at(-1)?.id).toMatch(/-\d+$/);
      await client.call('supervisor.startProcess', ['idle']);
      client.close();
    }
  });

  test('a paused reader gets nothing and loses nothing', async () => {
    const logs = new Listener(unix, '/logs?name=flood&since=1h');
    await until('the first lines are there', () => logs.told.length > 0);
    logs.source.pause();
    // A call to the same daemon and back: what was under way has come.
    await new JsonClient(unix).call('supervisor.getState');
    const before = logs.told.length;
    await new JsonClient(unix).call('supervisor.getState');
    expect(logs.told.length).toBe(before);
    expect(before).toBeLessThan(4_000_000 / 44);
    logs.source.resume();
    await until('all lines are there', () => logs.texts().length >= Math.floor(4_000_000 / 44));
  });

  test('where nobody listens, the error is the one of the system', async () => {
    const none = { serverurl: `unix://${daemon.dir}/none.sock`, ...nobody };
    expect(await new JsonClient(none).call('x').catch((reason) => reason)).toMatchObject({ code: 'ENOENT' });
    expect(await new Listener(none, '/events').end()).toMatchObject({ code: 'ENOENT' });
    const closed = { serverurl: `http://127.0.0.1:${await freePort()}`, ...nobody };
    expect(await new JsonClient(closed).call('x').catch((reason) => reason)).toMatchObject({ code: 'ECONNREFUSED' });
  });
});

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
const chunk = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

test('events are whole however bytes and chunks are cut, inside a character too', async () => {
  const frames = Buffer.from(
    'id: a-1\nevent: log\ndata: {"text":"Malmö 😀"}\n\n: hush\n\nevent: log\ndata: {"text":\ndata: "two"}\r\n\r\n',
  );
  const whole = Buffer.concat([
    Buffer.from(head),
    ...Array.from(frames, (byte) => chunk(Buffer.from([byte]))),
    Buffer.from('0\r\n\r\n'),
  ]);
  const login = await serving((socket) => {
    for (const byte of whole) socket.write(Buffer.from([byte]));
  });
  const stream = new Listener(login, '/logs');
  expect(await stream.end()).toBeUndefined();
  expect(stream.told).toEqual([
    { name: 'log', data: { text: 'Malmö 😀' }, id: 'a-1' },
    { name: 'log', data: { text: 'two' }, id: 'a-1' },
  ]);
});

test('a stream that breaks off is told as broken, once, and not at all after close', async () => {
  const login = await serving((socket) => socket.end(`${head}5\r\nid: a`));
  const broken = new Listener(login, '/events');
  expect(await broken.end()).toMatchObject({ kind: 'cut-short' });
  const closed = new Listener(login, '/events');
  closed.source.close();
  const witness = new Listener(login, '/events');
  await witness.end();
  expect(closed.ended).toBeUndefined();
});

test('a client whose connection was closed by the daemon makes a new one', async () => {
  let connections = 0;
  const body = '{"jsonrpc":"2.0","id":0,"result":7}';
  const login = await serving((socket) => {
    connections += 1;
    socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  });
  const client = new JsonClient(login);
  expect(await Promise.all([client.call('a'), client.call('b')])).toEqual([7, 7]);
  expect(connections).toBe(2);
});

test('what answers but has no JSON-RPC is told apart from a refusal', async () => {
  const login = await serving((socket) => socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'));
  const client = new JsonClient(login);
  expect(await client.call('a').catch((reason) => reason)).toMatchObject({ name: 'ProtocolError', status: 404 });
  const silent = await serving((socket) => socket.destroy());
  const waiting = new JsonClient(silent);
  const both = await Promise.allSettled([waiting.call('a'), waiting.batch([{ method: 'b', params: [] }])]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  client.close();
});
