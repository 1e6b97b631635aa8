import type { Command } from './command.ts';
import { add } from './commands/add.ts';
import { avail } from './commands/avail.ts';
import { clear } from './commands/clear.ts';
import { completion } from './commands/completion.ts';
import { dashboard, top } from './commands/dashboard.ts';
import { doctor } from './commands/doctor.ts';
import { drill } from './commands/drill.ts';
import { fg } from './commands/fg.ts';
import { help } from './commands/help.ts';
import { init } from './commands/init.ts';
import { env, graph, timeline, why } from './commands/insight.ts';
import { job, jobs } from './commands/jobs.ts';
import { logs } from './commands/logs.ts';
import { maintail } from './commands/maintail.ts';
import { open } from './commands/open.ts';
import { pid } from './commands/pid.ts';
import { ports } from './commands/ports.ts';
import { exit, quit } from './commands/quit.ts';
import { reload } from './commands/reload.ts';
import { remove } from './commands/remove.ts';
import { reread } from './commands/reread.ts';
import { restart } from './commands/restart.ts';
import { roll } from './commands/roll.ts';
import { scale } from './commands/scale.ts';
import { shutdown } from './commands/shutdown.ts';
import { signal } from './commands/signal.ts';
import { start } from './commands/start.ts';
import { status } from './commands/status.ts';
import { stop } from './commands/stop.ts';
import { tail } from './commands/tail.ts';
import { update } from './commands/update.ts';
import { upstreams } from './commands/upstreams.ts';
import { version } from './commands/version.ts';
import { wait } from './commands/wait.ts';

/** Every command by its name, in the order in which the shell offers them. */
export const commandsByName = {
  help,
  add,
  avail,
  clear,
  completion,
  dashboard,
  doctor,
  drill,
  env,
  exit,
  fg,
  graph,
  init,
  job,
  jobs,
  logs,
  maintail,
  open,
  pid,
  ports,
  quit,
  reload,
  remove,
  reread,
  restart,
  roll,
  scale,
  shutdown,
  signal,
  start,
  status,
  stop,
  tail,
  timeline,
  top,
  update,
  upstreams,
  version,
  wait,
  why,
} as const satisfies Readonly<Record<string, Command>>;

export const commands: readonly Command[] = Object.values(commandsByName);
