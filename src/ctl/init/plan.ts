import { gunicornOf } from './gunicorn.ts';
import { nodeOf } from './node.ts';
import { phpOf } from './php.ts';
import { procfileOf } from './procfile.ts';
import { uwsgiOf } from './uwsgi.ts';

/**
 * What `init` makes of a folder: which programs run what lies there, and how each wants to be started, asked and
 * stopped. Everything here is decided from names and texts of files; nothing is run and nobody is asked.
 *
 * A Procfile says what there is to run, so it goes alone. Otherwise there is one server for Python, one for Node, one
 * for PHP, as far as something of the folder is for them. What cannot be told stays out: a probe for a page that may
 * not be there would keep a program from ever being ready, so servers are asked for a connection only.
 */

/** A folder, as far as it was looked into. */
export interface Folder {
  /** Of files and folders right in it. */
  readonly names: readonly string[];
  /** The text of a file, by its path from the folder; undefined if there is none. */
  text(path: string): string | undefined;
  /** Names of the commands of this machine that could be wanted: `gunicorn`, `php-fpm8.2`. */
  readonly commands: readonly string[];
}

/** One section of the file to be. */
export interface ProgramPlan {
  readonly name: string;
  readonly kind: 'program' | 'fcgi-program';
  /** What it is, and how we know. */
  readonly found: string;
  /** Lines of the section below its header, comments too. */
  readonly lines: readonly string[];
  /** The command that must be there. */
  readonly needs: string;
  /** Where a browser finds it. */
  readonly url?: string | undefined;
  /** What nginx calls passing a request on to it, where it may stand in an upstream. */
  readonly pass?: 'proxy_pass http://' | 'uwsgi_pass ' | undefined;
}

/** A program for each server of the folder. `port`: where the first one shall listen, instead of where such do. */
export function plansFor(folder: Folder, port?: number): readonly ProgramPlan[] {
  const procfile = procfileOf(folder, port);
  if (procfile.length > 0) return procfile;
  const plans: ProgramPlan[] = [];
  for (const detect of [uwsgiOf, gunicornOf, nodeOf, phpOf]) {
    if (detect === gunicornOf && plans.length > 0) continue; // uwsgi.ini has said who serves Python
    const plan = detect(folder, plans.length === 0 ? port : undefined);
    if (plan === undefined) continue;
    const isTaken = plans.some(({ name }) => name === plan.name);
    plans.push(isTaken ? { ...plan, name: plan.needs } : plan);
  }
  return plans;
}

/** A command as the file must have it: `%` begins a name there, and ` ;` a comment. */
export function commandText(command: string): string {
  return command.replaceAll('%', '%%').replace(/\s+;/g, ';');
}

/** For all that listens on a port of its own: more of them can be had, each on the next port. */
export function manyOnPorts(port: number): string[] {
  return [
    '; More of them: "tssupervisorctl scale NAME=3", or a higher numprocs. Each listens on the next port.',
    'process_name=%(program_name)s_%(process_num)02d',
    'numprocs=1',
    `port=${port}`,
    '; It counts as RUNNING once it takes connections. With a page that says how it is: ready=http:/healthz',
    'ready=tcp',
  ];
}
