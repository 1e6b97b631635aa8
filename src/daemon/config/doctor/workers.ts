/** Workers that finish what they are at when they are told to stop: they need the time. */
import { optionOf, type Program, signals } from './program.ts';
import type { Found, ProgramRule } from './rule.ts';

const isCelery = ({ name, args }: Program): boolean =>
  (name === 'celery' && args.includes('worker')) ||
  (name === 'manage.py' && args[0] === 'celery' && args[1] === 'worker');

/** Nothing is written, and so it is the default, which nobody has thought about. */
function unlessWritten(program: Program, what: string, fix: string): Found | undefined {
  const { stopsignal } = program.process;
  if (program.written('stopwaitsecs') !== undefined || stopsignal !== signals.TERM) return undefined;
  return { key: 'stopwaitsecs', what, fix };
}

export const workerRules: readonly ProgramRule[] = [
  {
    id: 'celery-grace',
    title: 'Celery killed in the middle of tasks',
    why: 'After TERM a Celery worker finishes all tasks that it has begun; without stopwaitsecs it is killed after 10 seconds.',
    source: 'https://docs.celeryq.dev/en/stable/userguide/workers.html#stopping-the-worker',
    look: (program) =>
      isCelery(program)
        ? unlessWritten(
            program,
            'A Celery worker finishes its tasks first, and is killed after 10 s',
            'stopwaitsecs=600, or as long as your longest task, and killasgroup=true',
          )
        : undefined,
  },
  {
    id: 'laravel-grace',
    title: 'Laravel workers killed in the middle of jobs',
    why: 'After TERM a queue worker finishes its job, which may take up to --timeout seconds (60); a smaller stopwaitsecs kills it.',
    source: 'https://laravel.com/docs/queues#supervisor-configuration',
    look(program) {
      const [command = ''] = program.args;
      if (program.name !== 'artisan' || command !== 'queue:work') return;
      const written = optionOf(program.args, '--timeout') ?? '60';
      const { stopwaitsecs, stopsignal } = program.process;
      if (!/^\d+$/.test(written) || stopsignal !== signals.TERM || stopwaitsecs >= Number(written)) return;
      return {
        key: 'stopwaitsecs',
        what: `A job may take ${written} s, and its worker is killed after ${stopwaitsecs}`,
        fix: `stopwaitsecs=${Number(written) + 5}, or more than your longest job takes`,
      };
    },
  },
  {
    id: 'horizon-grace',
    title: 'Laravel Horizon killed in the middle of jobs',
    why: 'After TERM Horizon waits for the jobs of its workers; without stopwaitsecs it is killed after 10 seconds.',
    source: 'https://laravel.com/docs/horizon#supervisor-configuration',
    look: (program) =>
      program.name === 'artisan' && program.args[0] === 'horizon'
        ? unlessWritten(
            program,
            'Horizon waits for its jobs, and is killed after 10 s',
            'stopwaitsecs=3600, or more than your longest job takes',
          )
        : undefined,
  },
  {
    id: 'rq-grace',
    title: 'RQ killed in the middle of jobs',
    why: 'After TERM an RQ worker finishes its job; without stopwaitsecs it is killed after 10 seconds.',
    source: 'https://python-rq.org/docs/workers/#taking-down-workers',
    look: (program) =>
      program.name === 'rq' && program.args[0] === 'worker'
        ? unlessWritten(
            program,
            'An RQ worker finishes its job first, and is killed after 10 s',
            'stopwaitsecs=180, or more than your longest job takes',
          )
        : undefined,
  },
  {
    id: 'sidekiq-grace',
    title: 'Sidekiq killed within its own grace',
    why: 'After TERM Sidekiq gives its jobs -t seconds (25) and then puts them back into the queue; killed before, it loses them.',
    source: 'https://github.com/sidekiq/sidekiq/wiki/Signals#term',
    look(program) {
      if (program.name !== 'sidekiq' || optionOf(program.args, '-C', '--config') !== undefined) return;
      const grace = Number(optionOf(program.args, '-t', '--timeout') ?? 25);
      const { stopwaitsecs, stopsignal } = program.process;
      if (!(stopwaitsecs < grace) || stopsignal !== signals.TERM) return;
      return {
        key: 'stopwaitsecs',
        what: `Sidekiq gives its jobs ${grace} s, and is killed after ${stopwaitsecs}`,
        fix: `stopwaitsecs=${grace + 5}`,
      };
    },
  },
  {
    id: 'uvicorn-grace',
    title: 'uvicorn killed within its own grace',
    why: 'After TERM uvicorn waits for connections for up to --timeout-graceful-shutdown seconds; a smaller stopwaitsecs kills it before.',
    source: 'https://www.uvicorn.org/settings/#timeouts',
    look(program) {
      const grace =
        program.name === 'uvicorn' ? Number(optionOf(program.args, '--timeout-graceful-shutdown')) : Number.NaN;
      const { stopwaitsecs, stopsignal } = program.process;
      if (!(stopwaitsecs < grace) || stopsignal !== signals.TERM) return;
      return {
        key: 'stopwaitsecs',
        what: `uvicorn waits up to ${grace} s for its connections, and is killed after ${stopwaitsecs}`,
        fix: `stopwaitsecs=${grace + 5}`,
      };
    },
  },
];
