import { beforeAll, describe, expect, test } from 'vitest';
import {
  ForkedSupervisorctl,
  playScene,
  type Scene,
  type Seen,
  startedEachTime,
} from '../../support/ctl-comparison.ts';
import { scenes } from '../../support/ctl-script.ts';
import { debian, ours } from '../../support/daemon.ts';
import { freePort } from '../../support/free-port.ts';
import { needs } from '../../support/skips.ts';

/**
 * The same commands in all four pairings of {supervisorctl, tssupervisorctl} and {supervisord, tssupervisord}. What
 * supervisorctl shows of supervisord is right by definition; the other three must show the same to the letter.
 */

const played = scenes(await freePort());

/** Scenes wait more than they work: for ticks of supervisord, and for commands to start. */
const AT_A_TIME = 3;

needs('supervisor').describe('the four pairings of control command and daemon', () => {
  let plays: Map<Scene, Promise<Seen[][]>>;

  beforeAll(() => {
    const lanes = new Lanes(AT_A_TIME);
    plays = new Map(played.map((scene) => [scene, play(scene, lanes)]));
  });

  describe.each(played)('$name', (scene) => {
    let seen: readonly (readonly Seen[])[] = [];

    beforeAll(async () => {
      seen = (await plays.get(scene)) ?? [];
    }, 300_000);

    test.each(scene.steps.map((step, at) => ({ at, title: titleOf(step.args, step.stdin) })))('$title', ({ at }) => {
      const [right, oursOnTheirs, theirsOnOurs, oursOnOurs] = seen.map((steps) => steps[at]);
      expect(right).toBeDefined();
      // A daemon's own log has its own times: both commands must show the same of the same daemon.
      const rightOnOurs = isDaemonLog(right) ? theirsOnOurs : right;
      expect({
        'tssupervisorctl on supervisord': oursOnTheirs,
        'supervisorctl on tssupervisord': theirsOnOurs,
        'tssupervisorctl on tssupervisord': oursOnOurs,
      }).toEqual({
        'tssupervisorctl on supervisord': right,
        'supervisorctl on tssupervisord': rightOnOurs,
        'tssupervisorctl on tssupervisord': rightOnOurs,
      });
    });
  });
});

/** What is seen in the four pairings: both commands on theirs, both on ours. */
async function play(scene: Scene, lanes: Lanes): Promise<Seen[][]> {
  const onTheirs = lanes.run(() => onDaemon(scene, debian.daemon));
  if (scene.serverurl === undefined) return [...(await onTheirs), ...(await onTheirs)]; // there is no daemon
  const onOurs = async () => {
    if (scene.serverurl?.startsWith('http:')) await onTheirs; // one port for both
    return await onDaemon(scene, ours.daemon);
  };
  return (await Promise.all([onTheirs, lanes.run(onOurs)])).flat();
}

async function onDaemon(scene: Scene, daemon: readonly string[]): Promise<Seen[][]> {
  await using theirs = new ForkedSupervisorctl();
  return await playScene(
    scene,
    [theirs, startedEachTime(ours.ctl)].map((ctl) => ({ ctl, daemon })),
  );
}

/** Works that begin in their order, so many at a time. */
class Lanes {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  run<Value>(work: () => Promise<Value>): Promise<Value> {
    const value = this.#turn().then(work);
    // Whoever awaits it hears of an error; until then nobody does.
    value.catch(() => undefined).then(() => this.#next());
    return value;
  }

  async #turn(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((begin) => this.#waiting.push(begin));
  }

  #next(): void {
    const begin = this.#waiting.shift();
    if (begin === undefined) this.#free += 1;
    else begin();
  }
}

function isDaemonLog(seen: Seen | undefined): boolean {
  return / (INFO|WARN) /.test(seen?.stdout ?? '');
}

function titleOf(args: readonly string[], stdin: string | undefined): string {
  return `${JSON.stringify(args.join(' '))}${stdin === undefined ? '' : ` with ${JSON.stringify(stdin)}`}`;
}
