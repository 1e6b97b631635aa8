/** What a drill has come to, for people and for programs. */
import type { Failure } from './actions.ts';
import { type Action, lossKinds, type Summary } from './tally.ts';

/** `--json` has all of it; times are in milliseconds since the drill began. */
export interface Drilled {
  readonly name: string;
  readonly url: string;
  readonly tookMs: number;
  readonly summary: Summary;
  readonly actions: readonly Action[];
  readonly failures: readonly Failure[];
  /** Ctrl-C: requests that it cut off, neither answered nor lost. */
  readonly interrupted: { readonly cutOff: number; readonly leftOver: readonly string[] } | undefined;
}

const LABEL_WIDTH = 10;

/** The lines under which a drill ends. */
export function reportLines({ summary, actions, failures, interrupted, tookMs }: Drilled): string[] {
  const { requests, heldBack, lost } = summary;
  const rate = tookMs > 0 ? ` (${(requests / (tookMs / 1_000)).toFixed(1)}/s)` : '';
  const held = heldBack === 0 ? '' : `, ${heldBack} more not sent: all connections were busy`;
  const statuses = Object.entries(summary.byStatus).map(([status, count]) => `${status}: ${count}`);
  return [
    row('requests', `${requests} in ${seconds(tookMs)}${rate}${held}`),
    row('answered', [summary.answered, statuses.length === 0 ? '' : `(${statuses.join(', ')})`].join(' ').trimEnd()),
    row('lost', String(lost)),
    ...lossLines(summary),
    row('waits', `p50 ${wait(summary.p50Ms)}, p99 ${wait(summary.p99Ms)}, longest ${wait(summary.longestMs)}`),
    row('actions', actionsText(actions)),
    ...failures.map(({ action, why }) => row('', `${action} did not go well: ${why}`)),
    ...(interrupted === undefined ? [] : interruptedLines(interrupted)),
  ];
}

/** 0: none lost, and all went well. 1: some were lost, an action did not go well, or it was interrupted. */
export function exitCodeOf({ summary, failures, interrupted }: Drilled): number {
  return summary.lost === 0 && failures.length === 0 && interrupted === undefined ? 0 : 1;
}

/** Of each kind how many, and under it near which actions, those with the most first. */
function lossLines({ byKind, losses }: Summary): string[] {
  return lossKinds
    .filter((kind) => byKind[kind] > 0)
    .flatMap((kind) => {
      const counts = new Map<string, number>();
      for (const { action, after, detail } of losses.filter((one) => one.kind === kind)) {
        const near = action === undefined ? 'near no action' : `near ${action}`;
        const text = `${near}${after === undefined ? '' : `, after "${after}"`} (${detail})`;
        counts.set(text, (counts.get(text) ?? 0) + 1);
      }
      const places = [...counts].sort(([, a], [, b]) => b - a).map(([text, count]) => row('', `  ${count} ${text}`));
      return [row('', `${kind} ${byKind[kind]}`), ...places];
    });
}

function actionsText(actions: readonly Action[]): string {
  const counts = new Map<string, number>();
  for (const { name } of actions) {
    const kind = name.replace(/ .*/, '');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${kind} ${count}`).join(', ') || 'none';
}

function interruptedLines({ cutOff, leftOver }: NonNullable<Drilled['interrupted']>): string[] {
  const cut = `before its time was up; ${cutOff} ${cutOff === 1 ? 'request was' : 'requests were'} cut off`;
  return [row('ended', cut), ...leftOver.map((text) => row('', text))];
}

function row(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`.trimEnd();
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

function wait(ms: number | undefined): string {
  return ms === undefined ? '-' : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
