import { commandText, type Folder, manyOnPorts, type ProgramPlan } from './plan.ts';

const PORT = 5000;
/** As foreman counts: the second kind of process has 5100. */
const PORT_STEP = 100;

/** A program for each line `name: command` of the Procfile, with PORT in its environment as Heroku and foreman do. */
export function procfileOf(folder: Folder, port = PORT): readonly ProgramPlan[] {
  const lines = (folder.text('Procfile') ?? '').split('\n').flatMap((line) => {
    const [, name, command] = /^([\w-]+):\s*(\S.*?)\s*$/.exec(line) ?? [];
    return name === undefined || command === undefined ? [] : [{ name, command }];
  });
  return lines.map(({ name, command }, at) => programOf(name, command, port + at * PORT_STEP));
}

function programOf(name: string, command: string, port: number): ProgramPlan {
  const serves = name === 'web' || /\$\{?PORT\b/.test(command);
  const common = {
    name,
    kind: 'program',
    found: `${name} of the Procfile: ${command}`,
    needs: /^(?:\w+=\S+\s+)*([\w.+-]+)(?=\s|$)/.exec(command)?.[1] ?? 'sh',
  } as const;
  const start = [`command=${commandText(forSupervisor(command))}`, 'directory=%(here)s'];
  if (name === 'release') {
    return {
      ...common,
      lines: [
        ...start,
        '; Before a release, and once: "tssupervisorctl start release"',
        'autostart=false',
        'autorestart=false',
        'startsecs=0',
      ],
    };
  }
  return {
    ...common,
    url: serves ? `http://127.0.0.1:${port}/` : undefined,
    pass: serves ? 'proxy_pass http://' : undefined,
    lines: [
      ...start,
      ...(serves ? ['; The port comes as PORT in the environment.', ...manyOnPorts(port)] : []),
      'autorestart=true',
      '; Time for what is under way; signals go to all that it has started.',
      'stopwaitsecs=35',
      'stopasgroup=true',
      'killasgroup=true',
    ],
  };
}

/** Lines of a Procfile are for a shell. It is left out where nothing needs it, and replaced by its command elsewhere. */
function forSupervisor(command: string): string {
  if (/^[\w@+=:,./ -]+$/.test(command) && !/^\w+=/.test(command)) return command;
  const isOne = !/[;&|]/.test(command) && !/^\w+=/.test(command);
  return `/bin/sh -c '${(isOne ? `exec ${command}` : command).replaceAll("'", "'\\''")}'`;
}
