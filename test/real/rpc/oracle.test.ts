/** The same questions to Supervisor itself, where it is installed. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Dispatcher, supervisorNamespace } from '../../../src/rpc/dispatch.ts';
import { Fault } from '../../../src/rpc/faults.ts';
import { type SupervisorMethods, supervisorMethods } from '../../../src/rpc/methods.ts';
import { encodeCall, encodeFault, encodeResponse, type XmlRpcValue } from '../../../src/rpc/xml.ts';
import { decodeResponse } from '../../../src/rpc/xml-parser.ts';
import { needs } from '../../support/skips.ts';
import { until } from '../../support/until.ts';
import { Toy, temporaryFolder } from './toy.ts';

const run = promisify(execFile);
const SUPERVISORD = '/usr/bin/supervisord';
const PYTHON = '/usr/bin/python3';

function ask(socketPath: string, method: string, params: readonly XmlRpcValue[] = []): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path: '/RPC2', method: 'POST', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve(text));
    });
    call.on('error', reject).end(encodeCall(method, params));
  });
}

function answered(body: string): XmlRpcValue {
  const answer = decodeResponse(body);
  if (answer instanceof Fault || !('value' in answer)) throw new Error(`Expected a value, got ${body}`);
  return answer.value;
}

function ours(method: string, params: readonly XmlRpcValue[] = []): string {
  const handlers = Object.fromEntries(Object.keys(supervisorMethods).map((name) => [name, () => true]));
  const dispatcher = new Dispatcher({
    namespaces: { supervisor: supervisorNamespace(handlers as unknown as SupervisorMethods) },
    onBug: () => undefined,
  });
  const reply = dispatcher.reply(Buffer.from(encodeCall(method, params)));
  if (reply instanceof Promise || reply.status !== 200) throw new Error('Expected an answer at once');
  return reply.body.toString('utf8');
}

const CONFIG = (folder: string) => `
[unix_http_server]
file=${folder}/s.sock
[supervisord]
logfile=${folder}/s.log
pidfile=${folder}/s.pid
childlogdir=${folder}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
[program:cat]
command=/bin/cat
startsecs=0
environment=A="1"
[program:never]
command=/bin/sleep "a & b <c> é"
autostart=false
stdout_logfile=NONE
`;

/** Runs `use` while a Supervisor of its own is up; it is gone afterwards. */
async function withSupervisor(use: (socketPath: string) => Promise<void>): Promise<void> {
  using folder = temporaryFolder();
  const socketPath = join(folder.path, 's.sock');
  writeFileSync(join(folder.path, 's.conf'), CONFIG(folder.path));
  await run(SUPERVISORD, ['-c', join(folder.path, 's.conf')]);
  await until('Supervisor is up', () => existsSync(socketPath) && existsSync(join(folder.path, 's.pid')));
  const pid = Number(readFileSync(join(folder.path, 's.pid'), 'utf8'));
  try {
    await use(socketPath);
  } finally {
    process.kill(pid, 'SIGTERM');
    await until('Supervisor has ended', () => !existsSync(`/proc/${pid}`));
  }
}

needs('supervisor').test('methods, their signatures, refusals and structs are the same, byte for byte', async () => {
  await withSupervisor(async (socketPath) => {
    expect(ours('system.listMethods')).toBe(await ask(socketPath, 'system.listMethods'));
    for (const name of answered(ours('system.listMethods')) as string[]) {
      expect(ours('system.methodSignature', [name])).toBe(await ask(socketPath, 'system.methodSignature', [name]));
    }
    for (const method of ['supervisor.getAllProcessInfo', 'supervisor.getAllConfigInfo', 'supervisor.getState']) {
      const theirs = await ask(socketPath, method);
      expect(encodeResponse(answered(theirs))).toBe(theirs);
    }
    expect(encodeFault(new Fault('BAD_NAME', 'a<&>"\''))).toBe(
      await ask(socketPath, 'supervisor.getProcessInfo', ['a<&>"\'']),
    );
    const refused: [string, XmlRpcValue[]][] = [
      ['supervisor.nope', []],
      ['supervisor._x', []],
      ['supervisor.supervisord.options', []],
      ['supervisor.getPID', [1]],
      ['supervisor.startProcess', []],
      ['supervisor.sendProcessStdin', ['cat', 5]],
      ['system.methodSignature', ['nope']],
      ['system.multicall', [1]],
      ['system.multicall', [[{}, { methodName: 'system.multicall' }, { methodName: '' }]]],
      ['system.multicall', [[]]],
    ];
    for (const [method, params] of refused) expect(ours(method, params)).toBe(await ask(socketPath, method, params));
  });
});

// Loads each answer, writes it again, and writes what it should be written as.
const ROUND_TRIP = `
import sys, xmlrpc.client
for text in open(sys.argv[1], encoding='utf-8', newline='').read().split('\\0'):
    (value,), _ = xmlrpc.client.loads(text)
    sys.stdout.buffer.write(xmlrpc.client.dumps((value,), methodresponse=True).encode() + b'\\0')
`;

const CALLS = `
import sys, xmlrpc.client
proxy = xmlrpc.client.ServerProxy(sys.argv[1])
print(proxy.supervisor.getPID(), proxy.supervisor.readLog(-5, 0), len(proxy.supervisor.getAllProcessInfo()))
print(proxy.supervisor.sendRemoteCommEvent('a<b>&\\u00e9', '\\U0001f600'))
for call in (lambda: proxy.supervisor.nope(), lambda: proxy.supervisor.supervisord.options.warnings.linecache.os.system('true'), lambda: proxy.supervisor.getPID(1)):
    try: call()
    except xmlrpc.client.Fault as fault: print(fault.faultCode, fault.faultString)
try: xmlrpc.client.ServerProxy(sys.argv[1].replace('ann:', 'bob:')).supervisor.getPID()
except xmlrpc.client.ProtocolError as error: print(error.errcode, error.errmsg)
`;

needs('python3').describe("beside Python's xmlrpc.client", () => {
  test('3,000 random values are read as we wrote them, and written alike', async () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .filter((it) => !/[\0-\x08\x0b\x0c\x0e-\x1f\r\ufffe\uffff]/.test(it));
    const { value } = fc.letrec<{ value: XmlRpcValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        text,
        fc.integer(),
        fc.boolean(),
        fc.double({ min: -1000, max: 1000, noNaN: true }).filter((it) => Math.abs(it) > 0.001 && !Number.isInteger(it)),
        fc.array(tie('value'), { maxLength: 5 }),
        fc.dictionary(text, tie('value'), { maxKeys: 5, noNullPrototype: true }),
      ),
    }));
    const values = fc.sample(value, { numRuns: 3000, seed: 7 });
    using folder = temporaryFolder();
    const file = join(folder.path, 'answers');
    writeFileSync(file, values.map((it) => encodeResponse(it)).join('\0'));
    const { stdout } = await run(PYTHON, ['-c', ROUND_TRIP, file], { maxBuffer: 100_000_000, encoding: 'utf8' });
    const answers = stdout.split('\0').slice(0, -1);
    expect(answers).toHaveLength(3000);
    for (const [index, answer] of answers.entries()) {
      expect(answer).toBe(encodeResponse(values[index] ?? ''));
      expect(answered(answer)).toEqual(values[index]);
    }
  });

  test('its ServerProxy calls us', async () => {
    await using toy = await Toy.onPort({ credentials: { username: 'ann', password: 'a:b' } });
    const { stdout } = await run(PYTHON, ['-c', CALLS, `http://ann:a%3Ab@127.0.0.1:${toy.port}`]);
    expect(stdout.split('\n')).toEqual([
      "42 ['readLog', -5, 0] 1000000",
      "['sendRemoteCommEvent', 'a<b>&é', '😀']",
      '1 UNKNOWN_METHOD',
      '1 UNKNOWN_METHOD',
      '2 INCORRECT_PARAMETERS',
      '401 Unauthorized',
      '',
    ]);
  });
});
