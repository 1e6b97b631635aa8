// An app server as small as can be: `node web.mjs NAME PORT`. Stops when it is told to, after the answers under way.
import { createServer } from 'node:http';

const [name, port] = process.argv.slice(2);
let answers = 0;
const server = createServer((request, response) => {
  answers += 1;
  process.stdout.write(`${request.method} ${request.url}\n`);
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`web_${name}, pid ${process.pid}, answer ${answers}\n`);
});
server.on('error', (error) => {
  process.stderr.write(`Cannot listen on port ${port}: ${error.message}\n`);
  process.exit(1);
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write(`Listening on http://127.0.0.1:${port}/\n`));
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
