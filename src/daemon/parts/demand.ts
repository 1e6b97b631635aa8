import { OnDemand, type OnDemandParts } from '../demand/on-demand.ts';

/** Programs that a connection starts: see demand/on-demand.ts. */
export function onDemand(parts: OnDemandParts): OnDemand {
  return new OnDemand(parts);
}
