/**
 * A server that answers every request with the name of its process, 20 ms later, and does nothing about signals: one
 * that is told to stop while it has requests loses them.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const script = `import { createServer } from 'node:http';

const name = process.env.SUPERVISOR_PROCESS_NAME;
createServer((_, answer) => {
  setTimeout(() => {
    answer.writeHead(200, { 'content-length': name.length });
    answer.end(name);
  }, 20);
}).listen(process.env.SOCKET ?? { port: Number(process.env.PORT), host: '127.0.0.1' });
`;

/** Puts answers.mjs into the folder. */
export function writeAnsweringServer(dir: string): void {
  writeFileSync(join(dir, 'answers.mjs'), script);
}

/** `count` processes of them, NAME_0 and so on, on ports from `port` on. */
export function answeringProgram(name: string, count: number, port: number, ...settings: readonly string[]): string {
  const lines = [
    `[program:${name}]`,
    `command=${process.execPath} %(here)s/answers.mjs`,
    'process_name=%(program_name)s_%(process_num)d',
    `numprocs=${count}`,
    `port=${port}`,
    'ready=http:/',
    'startsecs=0',
    'stopwaitsecs=2',
    ...settings,
  ];
  return `${lines.join('\n')}\n\n`;
}
