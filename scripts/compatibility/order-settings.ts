/** The keys of ours about the order of starts and stops, and about the commands around them. */
import type { orderOptions } from '../../src/daemon/config/order-options.ts';
import { real, unit } from './evidence.ts';
import { added, type Verdict } from './verdict.ts';

const order = real('daemon/order');
const hooks = real('daemon/hooks');

export const orderKeys = {
  depends_on: added(
    'What must be there first; what needs others is stopped before them.',
    order('at boot each starts when what it depends on is there, and says what it waits for'),
    order('a start by name starts what is missing, and --no-deps does not'),
    order('what depends on a program in FATAL state is not started, and says why'),
    order('everything stops in reverse, and waits for what takes its time'),
    order('update takes in what is depended on first, and removes it last'),
    order('update stops members of a group in reverse, too'),
    unit('core/order')('nobody starts before what it depends on, nobody waits for ever, and going down always ends'),
  ),
  pre_start: added(
    'A command before each start.',
    hooks('hooks run as the program does: its user, environment and directory'),
    hooks('a pre_start that fails is a failed start, with its last words'),
  ),
  post_ready: added(
    'A command when it is RUNNING.',
    hooks('hooks run as the program does: its user, environment and directory'),
    hooks('post_ready, pre_stop and post_exit that fail are a line in the log, and change nothing'),
  ),
  pre_stop: added('A command before its stop signal.', hooks('pre_stop runs in STOPPING, before the signal')),
  post_exit: added(
    'A command after each end, told how it came.',
    hooks('post_exit is told how it ended'),
    hooks('the next start waits for post_exit, and so does the end of the daemon'),
  ),
  hook_timeout: added('How long they may take.', hooks('hook_timeout: a hook that hangs is killed with its children')),
} satisfies Readonly<Record<keyof typeof orderOptions, Verdict>>;
