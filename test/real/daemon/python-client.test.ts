/** Python's own XML-RPC client, as scripts and monitoring of Supervisor's users have it. */
import { expect } from 'vitest';
import { runCommand } from '../../support/command.ts';
import { startDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { needs } from '../../support/skips.ts';

const script = `
import json, sys
from xmlrpc.client import Fault, MultiCall, ServerProxy

server = ServerProxy(sys.argv[1])
said = []

def attempt(call, *args):
    try:
        said.append(call(*args))
    except Fault as fault:
        said.append([fault.faultCode, fault.faultString])

attempt(server.supervisor.getAPIVersion)
attempt(server.supervisor.startProcess, 'cat')
attempt(server.supervisor.startProcess, 'cat')
attempt(server.supervisor.getProcessInfo, 'nobody')
said.append([process['statename'] for process in server.supervisor.getAllProcessInfo()])
attempt(server.supervisor.stopProcess, 'cat')
attempt(server.system.multicall, [
    {'methodName': 'supervisor.getState', 'params': []},
    {'methodName': 'supervisor.stopProcess', 'params': ['cat']},
])
attempt(server.supervisor.nothing)
attempt(server.supervisor.readProcessStdoutLog, 'talk', 0, 0)
print(json.dumps(said))
`;

needs('python3').test("Python's ServerProxy calls, is refused, and reads what no XML can hold", async () => {
  const port = await freePort();
  await using daemon = await startDaemon({
    config: `
[inet_http_server]
port=127.0.0.1:${port}
username=admin
password=pass:word
[program:cat]
command=cat
autostart=false
startsecs=0
[program:talk]
command=printf 'a\\033[1mb\\377c'
startsecs=0
autorestart=false
`,
  });
  const url = `http://admin:pass%3Aword@127.0.0.1:${port}/RPC2`;
  const { stdout, stderr } = await runCommand(['/usr/bin/python3', '-c', script, url], { cwd: daemon.dir });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([
    '3.0',
    true,
    [60, 'ALREADY_STARTED: cat'],
    [10, 'BAD_NAME: nobody'],
    ['RUNNING', 'EXITED'],
    true,
    [
      { statecode: 1, statename: 'RUNNING' },
      { faultCode: 70, faultString: 'NOT_RUNNING: cat' },
    ],
    [1, 'UNKNOWN_METHOD'],
    'a\ufffd[1mb\ufffdc',
  ]);
});
