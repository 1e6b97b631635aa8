// Node's own HTTP server. SIGTERM: no new connections, answers under way are finished, idle connections are closed.
import { randomUUID } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';

const { PORT, FILES = '/tmp', REDIS_PORT = '6379', SUPERVISOR_PROCESS_NAME = 'nobody' } = process.env;

function count() {
  return new Promise((settle, reject) => {
    const wire = connect(Number(REDIS_PORT), '127.0.0.1', () => wire.end('*2\r\n$4\r\nINCR\r\n$5\r\ncount\r\n'));
    wire.once('data', (data) => settle(`${String(data).slice(1).trim()}\n`));
    wire.once('error', reject);
  });
}

async function keep(name, request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  await mkdir(FILES, { recursive: true });
  const temporary = `${FILES}/.${randomUUID()}`;
  await writeFile(temporary, Buffer.concat(chunks));
  await rename(temporary, `${FILES}/${name}`);
}

async function answer(request) {
  const { method, url } = request;
  if (url === '/') return [200, `${SUPERVISOR_PROCESS_NAME} port ${PORT} pid ${process.pid}\n`];
  if (url === '/healthz') return [200, 'well\n'];
  if (url === '/count') return [200, await count()];
  const [, name] = /^\/upload\/([A-Za-z0-9_-]{1,64}(?:\.[a-z0-9]{1,8})?)$/.exec(url) ?? [];
  if (method !== 'PUT' || name === undefined) return [404, 'nothing here\n'];
  await keep(name, request);
  return [201, 'kept\n'];
}

const server = createServer((request, response) => {
  answer(request).then(
    ([status, text]) => response.writeHead(status, { 'Content-Type': 'text/plain' }).end(text),
    (error) => response.writeHead(500).end(`${error.message}\n`),
  );
});
server.listen(Number(PORT), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
