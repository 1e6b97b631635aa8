/** JSON-RPC and the streams of the built daemon, as a client without any library uses them. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import type { TestDaemon } from '../../support/daemon.ts';
import { script, untilState, withDaemon } from '../daemon/support.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
}

function send(
  daemon: TestDaemon,
  path: string,
  options: { readonly body?: string; readonly headers?: Record<string, string>; readonly method?: string } = {},
): Promise<Answer> {
  const { body, headers = {}, method = body === undefined ? 'GET' : 'POST' } = options;
  return new Promise((settle, reject) => {
    const call = request({ socketPath: daemon.socket, path, method, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () => settle({ status: answer.statusCode ?? 0, body: text }));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

const json = { 'Content-Type': 'application/json' };

async function rpc(daemon: TestDaemon, calls: unknown): Promise<unknown> {
  const { status, body } = await send(daemon, '/rpc', { body: JSON.stringify(calls), headers: json });
  expect(status).toBe(200);
  return JSON.parse(body) as unknown;
}

const call = (method: string, params: unknown = [], id: unknown = 1) => ({ jsonrpc: '2.0', id, method, params });

interface Frame {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Frames of a stream as they come; `dispose` hangs up. */
class Stream {
  readonly frames: Frame[] = [];
  readonly #call: ClientRequest;
  #answer: IncomingMessage | undefined;

  constructor(daemon: TestDaemon, path: string, headers: Record<string, string> = {}) {
    this.#call = request({ socketPath: daemon.socket, path, headers, agent: false }, (answer) => {
      this.#answer = answer;
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
        const frames = text.split('\n\n');
        text = frames.pop() ?? '';
        this.frames.push(...frames.map(frameOf));
      });
      answer.on('error', () => undefined);
    });
    this.#call.on('error', () => undefined);
    this.#call.end();
  }

  get names(): string[] {
    return this.frames.map(({ event }) => event);
  }

  pause(): void {
    this.#answer?.pause();
  }

  resume(): void {
    this.#answer?.resume();
  }

  [Symbol.dispose](): void {
    this.#call.destroy();
  }
}

function frameOf(text: string): Frame {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1];
  return { id: field('id'), event: field('event') ?? '', data: JSON.parse(field('data') ?? '{}') as Frame['data'] };
}

withDaemon(
  'clients of ours',
  () => ({
    config:
      script('cat', 'exec cat', 'startsecs=0') +
      script('off', 'exec sleep 600', 'autostart=false', 'startsecs=0') +
      script('talk', 'while read line; do echo $line; echo err $line >&2; done', 'startsecs=0'),
  }),
  (daemon) => {
    test('a batch of calls is answered in one request, refusals beside answers', async () => {
      const answers = await rpc(daemon(), [
        call('supervisor.getState', [], 'a'),
        call('supervisor.stopProcess', { name: 'nobody' }, 'b'),
        call('tssupervisor.getVersion', [], 'c'),
        call('supervisor.getAllProcessInfo', [], 'd'),
      ]);
      expect(answers).toMatchObject([
        { id: 'a', result: { statename: 'RUNNING' } },
        { id: 'b', error: { code: 10, message: 'BAD_NAME: nobody', data: { name: 'BAD_NAME' } } },
        { id: 'c', result: expect.stringMatching(/^\d+\.\d+\.\d+/) },
        { id: 'd', result: [{ name: 'cat' }, { name: 'off' }, { name: 'talk' }] },
      ]);
    });

    test('what is not said to be JSON is refused, and a notification has no answer', async () => {
      const body = JSON.stringify(call('supervisor.getState'));
      expect((await send(daemon(), '/rpc', { body })).status).toBe(415);
      expect((await send(daemon(), '/rpc', { body, headers: { 'Content-Type': 'text/plain' } })).status).toBe(415);
      expect((await send(daemon(), '/rpc')).status).toBe(405);
      const notification = JSON.stringify({ jsonrpc: '2.0', method: 'supervisor.getState' });
      expect(await send(daemon(), '/rpc', { body: notification, headers: json })).toEqual({ status: 204, body: '' });
    });

    test('a page of another site gets nothing', async () => {
      const headers = { ...json, Host: 'localhost', Origin: 'http://evil.example' };
      expect((await send(daemon(), '/rpc', { body: '{}', headers })).status).toBe(403);
      expect((await send(daemon(), '/events', { headers })).status).toBe(403);
      expect((await send(daemon(), '/logs?name=cat', { headers })).status).toBe(403);
    });

    test('events are told as they happen, and again to whoever says what it saw last', async () => {
      using first = new Stream(daemon(), '/events');
      await daemon().until('the stream is open', () => first.names.includes('hello'));
      await daemon().rpc('supervisor.startProcess', 'off');
      await daemon().until('both events came', () => first.frames.length === 3);
      expect(first.names).toEqual(['hello', 'PROCESS_STATE_STARTING', 'PROCESS_STATE_RUNNING']);
      expect(first.frames[2]?.data).toMatchObject({
        group: 'off',
        name: 'off',
        from: 'STARTING',
        pid: expect.any(Number),
      });
      await daemon().rpc('supervisor.stopProcess', 'off');
      using again = new Stream(daemon(), '/events', { 'Last-Event-ID': first.frames[1]?.id ?? '' });
      await daemon().until('the rest came', () => again.frames.length === 4);
      expect(again.names.slice(1)).toEqual([
        'PROCESS_STATE_RUNNING',
        'PROCESS_STATE_STOPPING',
        'PROCESS_STATE_STOPPED',
      ]);
    });

    test('how a job goes is told, from its beginning to its end', async () => {
      await untilState(daemon(), 'cat', 'RUNNING');
      using stream = new Stream(daemon(), '/events?name=JOB');
      await daemon().until('the stream is open', () => stream.names.includes('hello'));
      const id = await daemon().rpc('tssupervisor.roll', 'cat', '1', true);
      await daemon().until('it is over', () => stream.names.includes('JOB_ENDED'));
      expect(stream.names.slice(1, 3)).toEqual(['JOB_BEGAN', 'JOB_SAID']);
      expect(stream.frames[1]?.data).toMatchObject({ id, what: 'cat' });
      expect(stream.frames[2]?.data).toMatchObject({ id, cursor: 1, text: 'rolling 1 of cat, 1 at a time' });
      expect(stream.frames.at(-1)?.data).toMatchObject({ id, state: 'done', text: 'done: all 1 run anew' });
    });

    test('a client of an earlier life is told that something is missing, and what is still known', async () => {
      using stream = new Stream(daemon(), '/events?since=another-7&name=SUPERVISOR');
      await daemon().until('it is told', () => stream.frames.length >= 3);
      expect(stream.names.slice(0, 3)).toEqual(['hello', 'gap', 'SUPERVISOR_STATE_CHANGE_RUNNING']);
    });

    test('a reader that was too slow is told how much it missed, and costs no memory meanwhile', async () => {
      using slow = new Stream(daemon(), '/events');
      await daemon().until('the stream is open', () => slow.names.includes('hello'));
      slow.pause();
      const data = 'x'.repeat(1000);
      const batch = Array.from({ length: 500 }, (_, id) => call('supervisor.sendRemoteCommEvent', ['n', data], id));
      for (let i = 0; i < 6; i += 1) await rpc(daemon(), batch);
      slow.resume();
      await daemon().until('it is told', () => slow.names.includes('gap'));
      const gap = slow.frames.find(({ event }) => event === 'gap');
      expect(Number(gap?.data['missed'])).toBeGreaterThan(100);
      await daemon().until('the last event came', () => {
        const serials = slow.frames.map(({ id }) => Number(id?.split('-')[1]));
        return serials.at(-1) === Math.max(...serials) && slow.frames.length > 1000;
      });
    });

    test('since a time: the lines that were written then or later, to a stream and to tail', async () => {
      await untilState(daemon(), 'talk', 'RUNNING');
      const log = () => daemon().rpc('supervisor.readProcessStdoutLog', 'talk', 0, 0);
      await daemon().rpc('supervisor.sendProcessStdin', 'talk', 'long ago\n');
      await daemon().until('it is logged', async () => String(await log()).includes('long ago'));
      const begun = Date.now() + 1;
      await daemon().until('that is over', () => Date.now() > begun + 5);
      await daemon().rpc('supervisor.sendProcessStdin', 'talk', 'just now\n');
      await daemon().until('it is logged', async () => String(await log()).includes('just now'));
      const since = new Date(begun).toISOString();
      using stream = new Stream(daemon(), `/logs?name=talk&channel=stdout&since=${since}`);
      using all = new Stream(daemon(), '/logs?name=talk&channel=stdout&since=1h');
      await daemon().until('it comes', () => stream.frames.length > 0 && all.frames.length > 1);
      expect(stream.frames.map(({ data }) => data['text'])).toEqual(['just now']);
      expect(all.frames.map(({ data }) => data['text'])).toEqual(['long ago', 'just now']);
      expect((await daemon().ctl('tail', '--since', since, 'talk')).stdout).toBe('just now\n\n');
      expect((await daemon().ctl('tail', '--since', 'soon', 'talk')).stdout).toMatch(
        /^Error: cannot read the time soon/,
      );
      expect((await send(daemon(), '/logs?name=talk&since=soon')).status).toBe(400);
    });

    test('the logs of several programs come line by line, with their names, and go on', async () => {
      await untilState(daemon(), 'talk', 'RUNNING');
      await daemon().rpc('supervisor.sendProcessStdin', 'talk', 'one\ntwo\nthree\n');
      await daemon().until('they are written', async () => {
        return String(await daemon().rpc('supervisor.readProcessStdoutLog', 'talk', 0, 0)).includes('three');
      });
      using stream = new Stream(daemon(), '/logs?name=talk&name=cat&lines=2');
      await daemon().until('the last lines came', () => stream.frames.length === 4);
      await daemon().rpc('supervisor.sendProcessStdin', 'talk', 'four\n');
      await daemon().until('the next ones too', () => stream.frames.length === 6);
      const told = stream.frames.map(({ data }) => `${data['name']} ${data['channel']} ${data['text']}`);
      expect(told.filter((line) => line.includes('stdout'))).toEqual(
        ['two', 'three', 'four'].map((line) => `talk stdout ${line}`),
      );
      expect(told.filter((line) => line.includes('stderr'))).toEqual(
        ['two', 'three', 'four'].map((line) => `talk stderr err ${line}`),
      );
    });

    test.each([
      ['/logs?name=nobody', 404],
      ['/logs?name=nobody:*', 404],
      ['/logs', 400],
      ['/logs?name=cat&channel=stdin', 400],
      ['/logs?name=cat&lines=-1', 400],
      ['/logs?name=cat&lines=x', 400],
    ])('%s is refused with %i', async (path, status) => {
      expect((await send(daemon(), path)).status).toBe(status);
    });
  },
);
