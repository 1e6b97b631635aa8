/**
 * What became of every request of a drill, and which action each lost one was near. Pure: moments are milliseconds
 * since the drill began, given by whoever measures them.
 *
 * A request is *answered* when all of an answer has come, whatever it says below 500, and *lost* otherwise. A lost
 * request is *near* an action if some part of it fell between the action's beginning and `AFTERMATH_MS` after its end:
 * a proxy may need a moment to notice. Of several actions it is the last begun.
 */

/** What ends a request otherwise than with an answer below 500. */
export const lossKinds = ['refused', 'reset', 'timeout', '5xx', 'other'] as const;

export type LossKind = (typeof lossKinds)[number];

export type RequestEnd =
  | { readonly type: 'answered'; readonly status: number }
  /** `detail` says it in words: the status, or the system's code. */
  | { readonly type: 'lost'; readonly kind: LossKind; readonly detail: string };

export interface Action {
  /** `kill 2 (web:web_1)` */
  readonly name: string;
  readonly beganAt: number;
  /** Undefined while it is under way. */
  readonly endedAt: number | undefined;
  /** What was to be heard of it, in order. */
  readonly news: readonly { readonly at: number; readonly text: string }[];
}

export interface Loss {
  readonly sentAt: number;
  readonly endedAt: number;
  readonly kind: LossKind;
  readonly detail: string;
  /** The action it was near, and the last that had been heard of it; undefined: none. */
  readonly action: string | undefined;
  readonly after: string | undefined;
}

export interface Summary {
  readonly requests: number;
  readonly answered: number;
  readonly lost: number;
  /** Requests that were due while all connections were busy: not sent, so not lost. */
  readonly heldBack: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly byKind: Readonly<Record<LossKind, number>>;
  /** Of what was answered, in milliseconds; undefined if nothing was. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
  /** Of all requests, the lost ones too. */
  readonly longestMs: number | undefined;
  /** The first of the lost ones, at most `MAX_LOSSES`. */
  readonly losses: readonly Loss[];
}

const AFTERMATH_MS = 1_000;
const MAX_LOSSES = 1_000;

export class Tally {
  readonly #waits: number[] = [];
  readonly #byStatus = new Map<number, number>();
  readonly #byKind: Record<LossKind, number> = { refused: 0, reset: 0, timeout: 0, '5xx': 0, other: 0 };
  readonly #losses: Omit<Loss, 'action' | 'after'>[] = [];
  #lost = 0;
  #heldBack = 0;
  #longestMs: number | undefined;

  add(sentAt: number, endedAt: number, end: RequestEnd): void {
    const waitMs = endedAt - sentAt;
    this.#longestMs = Math.max(this.#longestMs ?? 0, waitMs);
    if (end.type === 'answered') {
      this.#waits.push(waitMs);
      this.#byStatus.set(end.status, (this.#byStatus.get(end.status) ?? 0) + 1);
      return;
    }
    this.#lost += 1;
    this.#byKind[end.kind] += 1;
    if (this.#losses.length < MAX_LOSSES) {
      this.#losses.push({ sentAt, endedAt, kind: end.kind, detail: end.detail });
    }
  }

  holdBack(): void {
    this.#heldBack += 1;
  }

  summary(actions: readonly Action[]): Summary {
    const waits = this.#waits.toSorted((a, b) => a - b);
    return {
      requests: waits.length + this.#lost,
      answered: waits.length,
      lost: this.#lost,
      heldBack: this.#heldBack,
      byStatus: Object.fromEntries([...this.#byStatus].sort(([a], [b]) => a - b)),
      byKind: { ...this.#byKind },
      p50Ms: percentile(waits, 50),
      p99Ms: percentile(waits, 99),
      longestMs: this.#longestMs,
      losses: this.#losses.map((loss) => ({ ...loss, ...nearest(actions, loss) })),
    };
  }
}

/** The nearest rank: the smallest value that at least `percent` of 100 do not exceed. */
export function percentile(sorted: readonly number[], percent: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)];
}

function nearest(actions: readonly Action[], { sentAt, endedAt }: { sentAt: number; endedAt: number }) {
  const action = actions.findLast(
    (one) => one.beganAt <= endedAt && sentAt <= (one.endedAt ?? Number.POSITIVE_INFINITY) + AFTERMATH_MS,
  );
  return { action: action?.name, after: action?.news.findLast(({ at }) => at <= endedAt)?.text };
}

/** What is known of an error of node:http, as a kind of loss. */
export function lossOf(error: { readonly code?: string | undefined; readonly message: string }): RequestEnd {
  const detail = error.code ?? error.message;
  switch (error.code) {
    case 'ECONNREFUSED':
      return { type: 'lost', kind: 'refused', detail };
    case 'ECONNRESET': // what node:http says of a connection that ends too early, too
    case 'EPIPE':
      return { type: 'lost', kind: 'reset', detail };
    case 'ETIMEDOUT':
      return { type: 'lost', kind: 'timeout', detail };
    default:
      return { type: 'lost', kind: 'other', detail };
  }
}
