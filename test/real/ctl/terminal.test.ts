/**
 * The shell of Supervisor's own control command at a real terminal, against our daemon, and ours beside it, each on a
 * daemon of its own; a third plays with supervisord, so that what both must show is known. What counts is what is on
 * the screen, not how it came there: GNU readline and Node's draw a line in different ways.
 */
import { expect } from 'vitest';
import { commands } from '../../../src/ctl/commands.ts';
import { patternsHelp } from '../../../src/ctl/name-patterns.ts';
import { plainEnvironment } from '../../support/command.ts';
import { type DaemonKind, debian, ours, startDaemon, type TestDaemon } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { needs } from '../../support/skips.ts';
import { Terminal } from '../../support/tmux.ts';
import { program, script, untilState } from '../daemon/support.ts';

const PROMPT = 'supervisor>';
const BELL = '\x07';

const base = [
  program('cat', 'cat', 'startsecs=0'),
  script('done', 'exit 0', 'startsecs=0', 'autorestart=false'),
  program('failed', 'false', 'startretries=0'),
  program('off', 'cat', 'startsecs=0', 'autostart=false'),
  script('talker', "printf 'one\\ntwo\\n'; echo oops >&2; exec cat", 'startsecs=0'),
  // Two seconds are more than the control command needs to ask whether it still runs.
  script('reader', 'read line; sleep 2', 'startsecs=0', 'autorestart=false'),
  program('unfound', '/does/not/exist', 'startretries=1000'),
  '[group:pair]\nprograms=left,right\n',
  program('left', 'cat', 'startsecs=0'),
  program('right', 'cat', 'startsecs=0'),
];
const more = program('more', 'cat', 'startsecs=0');

/** What happens at the terminal until the next prompt. */
interface Step {
  readonly typed: string;
  /** What is pressed or typed after Enter, each once the screen shows that, or once that process has exited. */
  readonly andThen?: readonly (readonly [shows: string | { readonly exited: string }, keys: readonly string[]])[];
  /** Pressed before Enter, and what the screen shows after that. */
  readonly keys?: readonly (readonly [key: string, shows?: string])[];
  /** Before: the configuration is replaced. */
  readonly rewrite?: string;
  /** Before: until the programs are as they were at first. */
  readonly settles?: true;
  readonly inAnyOrder?: true;
  /** It shows all commands: ours has some more, and so other columns. */
  readonly listsCommands?: true;
  /** The daemon's own log has its own times. */
  readonly isLog?: true;
}

const banner = '==> Press Ctrl-C to exit <==';
const lines = (text: string): Step[] => text.split('|').map((typed) => ({ typed }));

const steps: readonly Step[] = [
  ...lines('status|status pair:*|start off|start off|start nobody|stop off|restart cat|restart off|stop off'),
  ...lines('start failed|signal CONT cat|signal HUP nobody|pid|pid cat|pid all|clear cat|clear nobody'),
  ...lines('avail|version|tail talker|tail -4 talker|tail talker stderr|tail nobody|fg|fg off|open nowhere|foo'),
  { typed: 'help', listsCommands: true },
  ...lines('help start|? tail|help nobody||reread|update|add nobody|add cat|remove cat|remove nobody|start'),
  { typed: 'maintail', isLog: true },
  // Tab adds what it can, and then shows what there is.
  {
    typed: 'stat',
    keys: [
      ['Tab', 'status'],
      ['of', 'status of'],
      ['Tab', 'status off'],
    ],
  },
  { typed: 'sta', keys: [['Tab', BELL], ['Tab', 'start '], ['C-u']] },
  { typed: 'star', keys: [['Tab', 'start'], ['Tab', BELL], ['Tab', 'done'], ['C-u']] },
  { typed: 'stop pa', keys: [['Tab', BELL], ['Tab', BELL], ['Tab', 'pair:right'], ['C-u']] },
  { typed: 'remove p', keys: [['Tab', 'remove pair'], ['Tab', BELL], ['Tab', 'unfound'], ['C-u']] },
  {
    typed: '',
    listsCommands: true,
    keys: [
      ['Tab', BELL],
      ['Tab', 'version'],
    ],
  },
  { typed: 'help sh', keys: [['Tab', 'help shutdown']] },
  { typed: 'nothing', keys: [['Tab', BELL], ['Tab', BELL], ['C-u']] },
  {
    typed: '',
    keys: [
      ['Up', 'help shutdown'],
      ['Up', 'status off'],
    ],
  },
  // Supervisor may not survive a reload while a log is followed (its fg leaves a thread that does), so it comes first.
  // The new life closes all descriptors from 5 on (cleanup_fds) under the objects of the old one, and a tail_f_producer
  // closes its own once more in __del__: the number is then unknown (EBADF in the log) or of a new socket or log.
  { typed: 'reload', andThen: [['y/N?', ['n', 'Enter']]] },
  { typed: 'reload', andThen: [['y/N?', ['y', 'Enter']]] },
  { typed: 'status', settles: true },
  // What follows a log or a process.
  { typed: 'tail -f talker', andThen: [['two', ['C-c']]] },
  { typed: 'tail -f talker stderr', andThen: [['oops', ['C-c']]] },
  { typed: 'tail -f nobody' },
  {
    typed: 'fg cat',
    andThen: [
      [banner, ['h', 'i', 'Enter']],
      ['hi\nhi', ['C-c']],
    ],
  },
  { typed: 'fg cat', andThen: [['hi', ['C-d']]] },
  {
    typed: 'fg reader',
    andThen: [
      [banner, ['b', 'y', 'e', 'Enter']],
      [{ exited: 'reader' }, ['x', 'Enter']],
    ],
  },
  // Another file.
  { typed: 'reread', rewrite: base.join('') + more },
  { typed: 'avail' },
  { typed: 'add more' },
  { typed: 'add more' },
  { typed: 'status more' },
  { typed: 'stop more' },
  { typed: 'remove more' },
  { typed: 'update' },
  { typed: 'update', rewrite: base.join('') },
  { typed: 'stop unfound' },
  { typed: 'start unfound' },
  { typed: 'stop pair:*', inAnyOrder: true },
  { typed: 'start pair:right' },
  { typed: 'restart pair:*', inAnyOrder: true },
  { typed: 'status' },
  // The daemon itself.
  { typed: 'shutdown', andThen: [['y/N?', ['Enter']]] },
  { typed: 'shutdown', andThen: [['y/N?', ['y', 'e', 's', 'Enter']]] },
];

/** A shell at a terminal of its own, with a daemon of its own. */
class Shell implements AsyncDisposable {
  readonly daemon: TestDaemon;
  readonly #terminal: Terminal;
  /** What was on the screen before this step. */
  #before = '';
  /** How many prompts there were before Enter: candidates may have been shown between two. */
  #prompts = 0;

  private constructor(daemon: TestDaemon, terminal: Terminal) {
    this.daemon = daemon;
    this.#terminal = terminal;
  }

  static async open(ctl: DaemonKind, kind: DaemonKind): Promise<Shell> {
    const daemon = await startDaemon({ kind, config: base.join('') });
    try {
      await settled(daemon);
      const argv = [...ctl.ctl, '-c', daemon.file];
      const env = plainEnvironment({ HOME: daemon.dir, TERM: 'xterm' });
      return new Shell(daemon, await Terminal.open(argv, env));
    } catch (error) {
      await daemon.stop();
      throw error;
    }
  }

  /** What the shell greets with. */
  greeting(): Promise<string> {
    return this.#news('');
  }

  /** Does what a step says; answers what has come to the screen by the next prompt. */
  async play(step: Step): Promise<string> {
    if (step.rewrite !== undefined) this.daemon.writeConfig(step.rewrite);
    if (step.settles) await settled(this.daemon);
    if (step.typed !== '') await this.#terminal.types(step.typed);
    // One key at a time: a Tab in the middle of what is pasted is none.
    if (step.keys !== undefined) await this.#showsAtPrompt(step.typed);
    for (const [key, shows] of step.keys ?? []) {
      await this.#terminal.presses(key);
      if (shows === BELL) await this.#terminal.rings(`${key} after ${JSON.stringify(step.typed)}`);
      else if (shows !== undefined) await this.#showsAtPrompt(shows);
    }
    this.#prompts = promptsOn(await this.#terminal.screen());
    await this.#terminal.presses('Enter');
    for (const [shows, keys] of step.andThen ?? []) {
      if (typeof shows === 'string') await this.#shows(shows);
      else await untilState(this.daemon, shows.exited, 'EXITED');
      for (const key of keys) await this.#terminal.presses(key);
    }
    const news = await this.#news(step.typed, step.isLog);
    return step.inAnyOrder ? news.split('\n').sort().join('\n') : news;
  }

  /** Types what ends it, and answers its exit status. */
  async leave(typed: string): Promise<number> {
    await this.#terminal.types(`${typed}\r`);
    return await this.#terminal.ended();
  }

  async #shows(text: string): Promise<void> {
    await this.#terminal.sees(JSON.stringify(text), (screen) => screen.slice(this.#before.length).includes(text));
  }

  async #showsAtPrompt(text: string): Promise<void> {
    const isThere = (screen: string) =>
      screen.slice(this.#before.length).includes(text) && screen.slice(screen.lastIndexOf('\n') + 1).startsWith(PROMPT);
    await this.#terminal.sees(`${JSON.stringify(text)} and the prompt`, isThere);
  }

  async #news(typed: string, isLog = false): Promise<string> {
    const isOver = (screen: string) => screen.endsWith(`\n${PROMPT}`) && promptsOn(screen) > this.#prompts;
    const screen = await this.#terminal.sees(`the prompt after ${JSON.stringify(typed)}`, isOver);
    const news = screen.slice(this.#before.length);
    this.#before = screen;
    const text = isLog ? news.replace(/\n.*\n\d{4}-.*(INFO|WARN) .*\n/s, '\n(lines of the log)\n') : news;
    return masked(text).replaceAll(this.daemon.dir, '{here}');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#terminal[Symbol.asyncDispose]();
    await this.daemon.stop();
  }
}

const promptsOn = (screen: string) => screen.split('\n').filter((line) => line.startsWith(PROMPT)).length;

async function settled(daemon: TestDaemon): Promise<void> {
  await untilState(daemon, 'done', 'EXITED');
  await untilState(daemon, 'failed', 'FATAL');
  await untilState(daemon, 'unfound', 'BACKOFF');
  await untilState(daemon, 'talker', 'RUNNING');
}

/** Supervisor looks after answers that have to wait once a second, or whenever it has something else to do. */
function keptAwake(daemon: TestDaemon): Disposable {
  const timer = setInterval(() => daemon.rpc('supervisor.getState').catch(() => undefined), 50);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

const onlyOurs = new Set(commands.filter(({ isOurs }) => isOurs).map(({ name }) => name));

/** The words of a list of commands, without those that Supervisor has not. */
function withoutOurs(text: string): string {
  const words = text.replace(/^tssupervisor commands .*\n=+$/m, '').split(/\s+/);
  return words
    .filter((word) => !onlyOurs.has(word))
    .sort()
    .join(' ');
}

/** At a terminal, the help of some of Supervisor's commands says what ours can do beyond it. */
const ourHelp = [
  patternsHelp,
  ...commands.flatMap((command) => ('ourHelp' in command ? (command.ourHelp?.split('\n') ?? []) : [])),
];

function withoutOurHelp(text: string): string {
  const beginnings = ourHelp.map((line) => line.replace(/\t.*/, ''));
  return text
    .split('\n')
    .filter((line) => !beginnings.some((beginning) => line.startsWith(beginning)))
    .join('\n');
}

/** What is not the same in two runs of the same thing. */
function masked(text: string): string {
  return text
    .replace(/\bpid \d+/g, 'pid N')
    .replace(/^[1-9]\d*$/gm, 'N')
    .replace(/uptime \d+:\d\d:\d\d/g, 'uptime T')
    .replace(/\b[A-Z][a-z]{2} \d\d \d\d:\d\d [AP]M/g, 'DATE');
}

needs('supervisor', 'tmux').test(
  "Supervisor's shell and ours show the same at a terminal",
  async () => {
    await using right = await Shell.open(debian, debian);
    await using theirs = await Shell.open(debian, ours);
    await using mine = await Shell.open(ours, ours);
    using _ = keptAwake(right.daemon);
    const shells = [right, theirs, mine];
    const compare = (title: string, seen: readonly string[]) => {
      expect.soft(seen[1], `${title}: supervisorctl on tssupervisord`).toBe(seen[0]);
      expect.soft(seen[2], `${title}: tssupervisorctl on tssupervisord`).toBe(seen[0]);
    };
    compare('greeting', await Promise.all(shells.map((shell) => shell.greeting())));
    for (const step of steps) {
      const seen = await Promise.all(shells.map((shell) => shell.play(step)));
      compare(step.typed, seen.map(step.listsCommands ? withoutOurs : withoutOurHelp));
    }
    // Supervisor's may wait half a minute for a thread that its fg has left behind.
    expect(await mine.leave('exit')).toBe(0);
  },
  180_000,
);

needs('supervisor', 'tmux').test('a login is asked for at a terminal in the same words', async () => {
  const port = await freePort();
  const login = `[inet_http_server]\nport=127.0.0.1:${port}\nusername=joe\npassword=se:cret\n`;
  await using daemon = await startDaemon({ config: login + base.join('') });
  await settled(daemon);
  const logIn = async ({ ctl }: DaemonKind): Promise<string> => {
    const argv = [...ctl, '-c', daemon.file, '-s', `http://127.0.0.1:${port}`];
    await using terminal = await Terminal.open(argv, plainEnvironment({ HOME: daemon.dir, TERM: 'xterm' }));
    const answers = (asked: string) => (screen: string) => screen.endsWith(asked);
    for (const [asked, typed] of [
      ['Username:', 'joe'],
      ['Password:', 'wrong'],
      ['Username:', 'joe'],
      ['Password:', 'se:cret'],
      [PROMPT, 'version'],
    ] as const) {
      await terminal.sees(asked, answers(asked));
      await terminal.types(`${typed}\r`);
    }
    return masked(await terminal.sees('the version', answers(`4.2.5\n${PROMPT}`))).replaceAll(
      ctl.at(-1) ?? '',
      '{ctl}',
    );
  };
  expect(await logIn(ours)).toBe(await logIn(debian));
});
