import { environment } from '../insight/environment.ts';
import { graph } from '../insight/graph.ts';
import { host } from '../insight/host.ts';
import { lastLines } from '../insight/last-lines.ts';
import { samples } from '../insight/samples.ts';
import { timeline } from '../insight/timeline.ts';
import { why } from '../insight/why.ts';

/** What only dashboards and curious people ask. */
export const insight = { environment, graph, host, lastLines, samples, timeline, why };
