/** A gunicorn on a held socket that is stopped and started again, with clients that ask all the while. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Counted, CountingClients } from './counting-client.ts';
import { startDaemon } from './daemon.ts';
import { freeLowPort } from './ports.ts';

/** Answers with the name of the process that answers. */
const app = `import os

def app(environ, start_response):
    body = os.environ['SUPERVISOR_PROCESS_NAME'].encode()
    start_response('200 OK', [('Content-Type', 'text/plain'), ('Content-Length', str(len(body)))])
    return [body]
`;

/** A new folder with that application in it, as app.py. */
export function gunicornFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'tssupervisor-listen-'));
  writeFileSync(join(dir, 'app.py'), app);
  return dir;
}

/** One gunicorn, so that nobody accepts between its end and its next start. Each round waits for new answers. */
export async function restartedUnderLoad(times: number): Promise<Counted> {
  const dir = gunicornFolder();
  const port = await freeLowPort();
  await using daemon = await startDaemon({
    dir,
    config: `[program:web]
command=gunicorn --chdir ${dir} --workers 1 app:app
listen=tcp://127.0.0.1:${port}
startsecs=0
`,
  });
  await using clients = new CountingClients({ host: '127.0.0.1', port });
  const untilMore = async () => {
    const before = clients.answered;
    await daemon.until('there are new answers', () => clients.answered > before + 10);
  };
  await untilMore();
  for (let round = 0; round < times; round += 1) {
    await daemon.rpc('supervisor.stopProcess', 'web');
    await daemon.rpc('supervisor.startProcess', 'web');
    await untilMore();
  }
  return await clients.stop();
}
