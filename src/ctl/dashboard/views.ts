/**
 * The views: what each is called, what it must know of the daemons, and its rows. A view is one entry here; its rows are
 * made by a pure function in a file of its own.
 */
import type { Call } from './actions.ts';
import { insightViews } from './insight-views.ts';
import { emptyList, filtered, type ListState } from './list.ts';
import type { Model, ViewName } from './model.ts';
import { programRows, programsHeading } from './programs.ts';
import type { Line, Row } from './row.ts';

export interface View {
  readonly name: ViewName;
  readonly title: string;
  /** The key that opens it from anywhere; none for one that is about the row under the cursor. */
  readonly key?: string;
  /**
   * What is asked of a daemon (its index) when it is opened, and after the daemon's news: `answers[method]` has what
   * came.
   */
  readonly asks?: (model: Model, daemon: number) => readonly Call[];
  /** CPU and memory are wanted: asked for every two seconds while it is looked at. */
  readonly hasSamples?: boolean;
  /** Of what does not tell of its changes: asked again every so many milliseconds while it is looked at. */
  readonly everyMs?: number;
  /** A line above the rows that does not scroll. */
  readonly heading?: (model: Model) => Line;
  readonly rows: (model: Model) => readonly Row[];
}

const programs: View = {
  name: 'programs',
  title: 'Programs',
  key: '1',
  hasSamples: true,
  heading: programsHeading,
  rows: programRows,
};

/** It draws itself (logs/lines.ts): its lines are no rows of a list. Its key means the logs of all. */
const logs: View = { name: 'logs', title: 'Logs', key: '2', rows: () => [] };

/** In the order of their keys. */
export const views: readonly View[] = [programs, logs, ...insightViews];

export function viewNamed(name: ViewName): View {
  return views.find((view) => view.name === name) ?? programs;
}

export function listOf(model: Model): ListState {
  return model.lists[model.view] ?? emptyList;
}

/** Made once for a model, however many ask. */
const made = new WeakMap<Model, readonly Row[]>();

/** The rows of the view that is open, those that its filter leaves. */
export function rowsOf(model: Model): readonly Row[] {
  const known = made.get(model);
  if (known !== undefined) return known;
  const { mode } = model;
  const filter = mode.type === 'text' && mode.purpose === 'filter' ? mode.text : filterOf(model);
  const rows = filtered(viewNamed(model.view).rows(model), filter);
  made.set(model, rows);
  return rows;
}

export function filterOf(model: Model): string {
  return model.filters[model.view] ?? '';
}
