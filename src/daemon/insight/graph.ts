import type { Graph } from '../../rpc/insight.ts';
import type { HandlerContext } from '../handlers/context.ts';

export function graph({ runtime }: Pick<HandlerContext, 'runtime'>): Graph {
  const { supervisor } = runtime;
  const ids = supervisor.allIds();
  return {
    nodes: ids.flatMap((id) => {
      const spec = supervisor.spec(id);
      const record = supervisor.record(id);
      return spec && record ? [{ group: spec.group, name: spec.name, statename: record.state.name }] : [];
    }),
    edges: ids.flatMap((from) =>
      supervisor.needsOf(from).map(({ id, condition, isMet }) => ({ from, to: id, condition, ismet: isMet })),
    ),
  };
}
