import { lookup } from 'node:dns/promises';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Actions, type DrilledDaemon, processesOf } from '../drill/actions.ts';
import { frontAt } from '../drill/front.ts';
import { Load } from '../drill/load.ts';
import { type Plan, readPlan } from '../drill/plan.ts';
import { type Drilled, exitCodeOf, reportLines } from '../drill/report.ts';
import { Tally } from '../drill/tally.ts';

/** `drill`: load on a service while its processes are rolled, killed and scaled, and what became of the requests. */

/** What a drill needs beside its plan. */
export interface DrillHost {
  readonly daemon: DrilledDaemon;
  /** Whether somebody is there to be asked. */
  readonly canAsk: boolean;
  print(line: string): void;
  /** With `--json`. */
  readonly report?: (fields: Readonly<Record<string, unknown>>) => void;
  ask(question: string): Promise<string>;
  /** Undefined: Ctrl-C. */
  orInterrupted<Value>(work: Promise<Value>): Promise<Value | undefined>;
  refusal(error: unknown): string | undefined;
}

/** After the time is up, an action that has begun may end; if it does not, the drill does. */
const FINISH_WITHIN_MS = 120_000;

export { readPlan };

/** Answers with the exit status: 0 if nothing was lost and all went well, else 1. */
export async function drill(host: DrillHost, plan: Plan): Promise<number> {
  const address = await addressOf(plan.url);
  if ('why' in address) return refuse(host, address.why);
  const count = processesOf(plan.name, await host.daemon.getAllProcessInfo()).length;
  if (count === 0) return refuse(host, `There is no process ${plan.name}`);
  if (plan.actions.includes('kill') && !plan.yes) {
    if (!host.canAsk)
      return refuse(host, `A drill kills processes of ${plan.name}: say --yes, or leave kill out of --do`);
    const answer = await host.ask(`Really kill processes of ${plan.name} by SIGKILL, one after the other y/N? `);
    if (!/^y/i.test(answer)) {
      host.print('Nothing was done');
      return 1;
    }
  }
  return await new Drill(host, plan, address.found).run();
}

function refuse({ print }: DrillHost, why: string): number {
  print(`Error: ${why}`);
  return 1;
}

async function addressOf({ hostname }: URL): Promise<{ readonly found: string } | { readonly why: string }> {
  const lookUp = async (name: string) => (await lookup(name, { all: true })).map((one) => one.address);
  const own = Object.values(networkInterfaces()).flatMap((of) => (of ?? []).map((one) => one.address));
  const front = await frontAt(hostname, lookUp, own);
  return front.ok ? { found: front.address } : { why: front.why };
}

class Drill {
  readonly #host: DrillHost;
  readonly #plan: Plan;
  readonly #beganAt = performance.now();
  readonly #tally = new Tally();
  readonly #load: Load;
  readonly #actions: Actions;
  #isInterrupted = false;

  constructor(host: DrillHost, plan: Plan, address: string) {
    this.#host = host;
    this.#plan = plan;
    this.#load = new Load({ ...plan, address }, this.#tally, () => this.#now());
    this.#actions = new Actions(
      {
        daemon: host.daemon,
        now: () => this.#now(),
        sleep: (ms) => sleep(ms),
        isOver: () => this.#now() >= plan.forMs,
        isInterrupted: () => this.#isInterrupted,
        say: (text) => this.#say(text),
        refusal: host.refusal,
      },
      plan,
    );
  }

  async run(): Promise<number> {
    const { url, rate, forMs, concurrency } = this.#plan;
    const first = await this.#load.ask();
    if (first.type === 'lost') {
      return refuse(this.#host, `${url.href} does not answer before the drill: ${first.kind} (${first.detail})`);
    }
    this.#say(
      `${rate} requests a second to ${url.href} for ${forMs / 1_000} s, ${concurrency} at the same time at most`,
    );
    this.#load.start();
    const drilled = (await this.#host.orInterrupted(this.#toItsEnd())) ?? this.#interrupt();
    this.#host.report?.({ ...drilled });
    for (const line of reportLines(drilled)) this.#host.print(line);
    return exitCodeOf(drilled);
  }

  async #toItsEnd(): Promise<Drilled> {
    const { forMs } = this.#plan;
    const timeIsUp = async () => {
      while (!this.#isInterrupted && this.#now() < forMs) await sleep(Math.min(100, forMs - this.#now()));
    };
    const tooLong = new AbortController();
    const giveUp = sleep(forMs + FINISH_WITHIN_MS, 'late', { signal: tooLong.signal }).catch(() => 'ended');
    try {
      const work = Promise.all([this.#actions.run(), timeIsUp()]);
      if ((await Promise.race([work, giveUp])) === 'late') return this.#interrupt();
    } finally {
      tooLong.abort();
      if (!this.#isInterrupted) await this.#load.stop();
    }
    return this.#drilled(undefined);
  }

  #interrupt(): Drilled {
    this.#isInterrupted = true;
    return this.#drilled({ cutOff: this.#load.cut(), leftOver: this.#actions.leftOver });
  }

  #drilled(interrupted: Drilled['interrupted']): Drilled {
    const actions = this.#actions.done;
    return {
      name: this.#plan.name,
      url: this.#plan.url.href,
      tookMs: this.#now(),
      summary: this.#tally.summary(actions),
      actions,
      failures: this.#actions.failures,
      interrupted,
    };
  }

  #now(): number {
    return performance.now() - this.#beganAt;
  }

  #say(text: string): void {
    this.#host.print(`${(this.#now() / 1_000).toFixed(1).padStart(5)} s  ${text}`);
  }
}
