import { commandText, type Folder, manyOnPorts, type ProgramPlan } from './plan.ts';

const PORT = 3000;

/** Frameworks whose servers listen on PORT. */
const takesPort = /\b(?:next|nuxt|remix-serve|react-router-serve|sirv|serve)\b/;

/** A server for Node: what `npm start` would run, or server.js, as npm itself falls back to. */
export function nodeOf(folder: Folder, port = PORT): ProgramPlan | undefined {
  const text = folder.text('package.json');
  if (text === undefined) return undefined;
  const { start, main } = readPackage(text);
  const isThere = (file: string | undefined) => file !== undefined && folder.text(file) !== undefined;
  const direct = /^node\s+([\w./-]+)$/.exec(start ?? '')?.[1];
  const file = direct ?? (start === undefined ? ['server.js', main].find(isThere) : undefined);
  if (start === undefined && file === undefined) return undefined;
  const run = file ?? /(?:^|\s)node\s+([\w./-]+)/.exec(start ?? '')?.[1];
  const source = (run === undefined ? undefined : folder.text(withExtension(folder, run))) ?? '';
  const fixed = /\.listen\(\s*(\d+)/.exec(source)?.[1];
  const listens = /process\.env(?:\.PORT|\[['"]PORT['"]\])/.test(source) || takesPort.test(start ?? '');
  const serves = listens ? port : fixed === undefined ? undefined : Number(fixed);
  return {
    name: 'web',
    kind: 'program',
    found:
      start === undefined
        ? `Node with ${file}`
        : `Node with ${file ?? `npm start, "${start}"`} (the start of package.json)`,
    needs: file === undefined ? 'npm' : 'node',
    url: serves === undefined ? undefined : `http://127.0.0.1:${serves}/`,
    pass: listens ? 'proxy_pass http://' : undefined,
    lines: [
      ...(file === undefined
        ? ['; npm passes no signals on: they are sent to all that it has started.', 'command=npm start']
        : [
            ...(start === undefined ? [] : ['; What "npm start" runs, without npm, which passes no signals on.']),
            `command=node ${commandText(file)}`,
          ]),
      'directory=%(here)s',
      'environment=NODE_ENV="production"',
      ...(listens ? ['; The port comes as PORT in the environment.', ...manyOnPorts(port)] : []),
      ...(listens || fixed === undefined
        ? []
        : ['; It counts as RUNNING once it takes connections.', `ready=tcp:127.0.0.1:${fixed}`]),
      'autorestart=true',
      '; For answers under way. (A server that does not care for SIGTERM ends at once.)',
      'stopwaitsecs=15',
      ...(file === undefined ? ['stopasgroup=true'] : []),
      'killasgroup=true',
    ],
  };
}

function readPackage(text: string): { readonly start: string | undefined; readonly main: string | undefined } {
  try {
    const found = JSON.parse(text) as { scripts?: { start?: unknown }; main?: unknown } | null;
    const start = found?.scripts?.start;
    const main = found?.main;
    return {
      start: typeof start === 'string' ? start.trim() : undefined,
      main: typeof main === 'string' ? main : undefined,
    };
  } catch {
    return { start: undefined, main: undefined }; // no JSON: npm could not start it either
  }
}

function withExtension(folder: Folder, file: string): string {
  return [file, `${file}.js`, `${file}/index.js`].find((name) => folder.text(name) !== undefined) ?? file;
}
