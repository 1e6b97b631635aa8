import type { ProcessDetail } from '../rpc/own-methods.ts';

/** What commands need of `tssupervisor.getProcesses`. */
export type Details = Pick<ProcessDetail, 'group' | 'name' | 'statename' | 'serving' | 'why' | 'tags'>;

/** Reads its answer, over XML-RPC or JSON-RPC. What an older daemon does not say is empty. */
export function readDetails(answer: unknown): Details[] {
  if (!Array.isArray(answer)) throw new TypeError(`Cannot read the list of processes: got ${JSON.stringify(answer)}`);
  return answer.map((each: Partial<Details>) => ({
    group: String(each.group),
    name: String(each.name),
    statename: String(each.statename),
    serving: each.serving === true,
    why: each.why ?? '',
    tags: each.tags ?? [],
  }));
}
