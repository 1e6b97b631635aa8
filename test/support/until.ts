import { setTimeout as delay } from 'node:timers/promises';

const ASK_EVERY_MS = 20;
const DEADLINE_MS = 20_000;

export interface UntilOptions {
  readonly deadlineMs?: number;
  /** What the message shows when the wait was in vain: a log. */
  readonly evidence?: () => string;
  /** True when it cannot come true any more. */
  readonly hopeless?: () => boolean;
}

/**
 * Waits for a condition, never for a time: resolves with the first answer of `ask` that is neither undefined nor
 * false. A throw of `ask` counts as "not yet" and is named as the cause if the deadline passes.
 */
export async function until<Answer>(
  what: string,
  ask: () => Answer | undefined | false | Promise<Answer | undefined | false>,
  { deadlineMs = DEADLINE_MS, evidence = () => '', hopeless = () => false }: UntilOptions = {},
): Promise<Answer> {
  const giveUpAt = performance.now() + deadlineMs;
  for (;;) {
    let cause: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      cause = error;
    }
    if (hopeless() || performance.now() >= giveUpAt) {
      const found = evidence();
      throw new Error(`Waited in vain until ${what}${found && `\n${found}`}`, { cause });
    }
    await delay(ASK_EVERY_MS);
  }
}
