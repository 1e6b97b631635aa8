/**
 * `tssupervisorctl dashboard`: the terminal, the daemons and the model, connected. All decisions are in
 * dashboard/update.ts and dashboard/view.ts; this is where time passes and things are written.
 */
import type { NamedDaemon } from '../daemons.ts';
import type { Command } from '../dashboard/choices.ts';
import { DaemonLink } from '../dashboard/data.ts';
import { wantedStreams } from '../dashboard/logs/place.ts';
import { LogStreams } from '../dashboard/logs/streams.ts';
import { restoreTerminal, Screen } from '../dashboard/screen.ts';
import { colours, monochrome, type Theme } from '../dashboard/theme.ts';
import { type Message, newModel, update } from '../dashboard/update.ts';
import { view, visibleTargets } from '../dashboard/view.ts';
import { viewNamed } from '../dashboard/views.ts';

export interface DashboardOptions {
  readonly daemons: readonly NamedDaemon[];
  readonly isReadOnly: boolean;
}

/** News are drawn at most so often; what is typed is drawn at once. */
const FRAME_MS = 500;
/** Logs are to flow. */
const LOG_FRAME_MS = 250;
const CLOCK_MS = 1000;

/** Resolves with the exit status when it has been left. */
export async function runDashboard({ daemons, isReadOnly }: DashboardOptions): Promise<number> {
  const { stdin: input, stdout: output } = process;
  const theme = themeOf(process.env);
  const isUnicode = /utf-?8/i.test(process.env['LC_ALL'] || process.env['LC_CTYPE'] || process.env['LANG'] || '');
  let leave: (code: number) => void = () => undefined;
  const left = new Promise<number>((resolve) => {
    leave = resolve;
  });
  // Before blessed sets its own: what it does at an error hides the error.
  const signals = { SIGTERM: 143, SIGHUP: 129, SIGINT: 130, SIGQUIT: 131 } as const;
  for (const [signal, code] of Object.entries(signals)) process.on(signal, () => leave(code));
  let crash: unknown;
  const onCrash = (error: unknown): void => {
    crash = error;
    leave(1);
  };
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
  // Nobody reads what is written any more.
  output.on('error', () => leave(129));

  const send = (message: Message): void => run(update(model, message));
  /** Whoever types sees what comes of it at once. */
  const byHand = (message: Message): void => {
    send(message);
    if (frame !== undefined) draw();
  };
  const screen = new Screen(
    { input, output, theme, isUnicode },
    {
      key: (key) => byHand({ type: 'key', key }),
      pasted: (text) => byHand({ type: 'pasted', text }),
      wheel: (by) => byHand({ type: 'wheel', by }),
      clicked: (row) => byHand({ type: 'clicked', row }),
      resized: (size) => byHand({ type: 'resized', size }),
    },
  );
  let model = newModel({
    size: screen.size,
    now: Date.now(),
    daemons: daemons.map(({ name, login }) => ({ name, serverurl: login.serverurl })),
    isReadOnly,
    isUnicode,
  });
  let frame: NodeJS.Timeout | undefined;
  let drawnAt = 0;

  function draw(): void {
    clearTimeout(frame);
    frame = undefined;
    drawnAt = performance.now();
    screen.draw(view(model));
  }
  function run({ model: next, commands }: ReturnType<typeof update>): void {
    const isChanged = next !== model;
    model = next;
    for (const command of commands) perform(command);
    if (!isChanged) return;
    look();
    const wait = model.view === 'logs' ? LOG_FRAME_MS : FRAME_MS;
    frame ??= setTimeout(draw, Math.max(0, drawnAt + wait - performance.now()));
  }
  function perform(command: Command): void {
    switch (command.type) {
      case 'quit':
        leave(0);
        break;
      case 'act':
        void links[command.act.daemon]?.act(command.act);
        break;
      case 'copy':
        screen.copy(command.text);
        break;
      case 'mouse':
        screen.setMouse(command.isOn);
        break;
      case 'refresh':
        for (const link of links) link.refresh();
        break;
      case 'sift':
        setImmediate(() => send({ type: 'logs', message: { type: 'sift' } }));
        break;
      default:
        command satisfies never;
    }
  }
  function look(): void {
    streams.look(wantedStreams(model));
    const { asks, hasSamples = false, everyMs } = viewNamed(model.view);
    const lines = visibleTargets(model);
    links.forEach((link, index) => {
      link.look({ hasSamples, lines: lines.get(index) ?? [], calls: asks?.(model, index) ?? [], everyMs });
    });
  }

  const links = daemons.map(({ login }, index) => new DaemonLink(login, index, isReadOnly, send));
  const streams = new LogStreams(
    daemons.map(({ login }) => login),
    (message) => send({ type: 'logs', message }),
  );
  // Uptimes count on by themselves.
  const clock = setInterval(() => send({ type: 'clock', now: Date.now() }), CLOCK_MS);
  look();
  draw();
  try {
    const code = await left;
    if (crash !== undefined) throw crash;
    return code;
  } finally {
    clearInterval(clock);
    clearTimeout(frame);
    for (const link of links) link.close();
    streams.close();
    screen.close();
    restoreTerminal(input, output);
    process.off('uncaughtException', onCrash);
    process.off('unhandledRejection', onCrash);
  }
}

/** https://no-color.org: any value that is not empty. */
function themeOf(environment: NodeJS.ProcessEnv): Theme {
  const isForced = (environment['FORCE_COLOR'] ?? '') !== '' && environment['FORCE_COLOR'] !== '0';
  return (environment['NO_COLOR'] ?? '') === '' || isForced ? colours : monochrome;
}
