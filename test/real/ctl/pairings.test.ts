import { beforeAll, describe, expect, test } from 'vitest';
import {
  type ControlCommand,
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

const port = await freePort();

needs('supervisor').describe('the four pairings of control command and daemon', () => {
  describe.each(scenes(port))('$name', (scene) => {
    let seen: readonly (readonly Seen[])[] = [];

    beforeAll(async () => {
      await using theirs = new ForkedSupervisorctl();
      const commands = [theirs, startedEachTime(ours.ctl)];
      const onTheirs = await onDaemon(scene, commands, debian.daemon);
      // One kind of daemon after the other: two at a time are enough for the machine. Some scenes need none.
      const onOurs = scene.serverurl === undefined ? onTheirs : await onDaemon(scene, commands, ours.daemon);
      seen = [...onTheirs, ...onOurs];
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

function onDaemon(scene: Scene, commands: readonly ControlCommand[], daemon: readonly string[]): Promise<Seen[][]> {
  return playScene(
    scene,
    commands.map((ctl) => ({ ctl, daemon })),
  );
}

function isDaemonLog(seen: Seen | undefined): boolean {
  return / (INFO|WARN) /.test(seen?.stdout ?? '');
}

function titleOf(args: readonly string[], stdin: string | undefined): string {
  return `${JSON.stringify(args.join(' '))}${stdin === undefined ? '' : ` with ${JSON.stringify(stdin)}`}`;
}
