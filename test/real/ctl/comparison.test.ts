import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  type CommandWords,
  ForkedSupervisorctl,
  playScene,
  type Seen,
  startedEachTime,
} from '../../support/ctl-comparison.ts';
import { scenes } from '../../support/ctl-script.ts';
import { freePort } from '../../support/free-port.ts';
import { needs } from '../../support/skips.ts';

// Supervisor's control command and ours, side by side, on Supervisor's daemon.
const ours = startedEachTime([
  process.execPath,
  fileURLToPath(new URL('../../../dist/tssupervisorctl.cjs', import.meta.url)),
]);
const daemon: CommandWords = ['/usr/bin/supervisord'];
const port = await freePort();

needs('supervisor').describe('tssupervisorctl is supervisorctl', () => {
  describe.each(scenes(port))('$name', (scene) => {
    let expected: Seen[] = [];
    let seen: Seen[] = [];

    beforeAll(async () => {
      await using theirs = new ForkedSupervisorctl();
      [expected = [], seen = []] = await playScene(scene, [
        { ctl: theirs, daemon },
        { ctl: ours, daemon },
      ]);
    }, 300_000);

    test.each(scene.steps.map((step, at) => ({ at, title: titleOf(step.args, step.stdin) })))('$title', ({ at }) => {
      expect(seen[at]).toEqual(expected[at]);
    });
  });
});

function titleOf(args: readonly string[], stdin: string | undefined): string {
  return `${JSON.stringify(args.join(' '))}${stdin === undefined ? '' : ` with ${JSON.stringify(stdin)}`}`;
}
