import { UpstreamManager, type UpstreamManagerParts } from '../upstreams/manager.ts';

/** Keeps proxies informed: see upstreams/upstream.ts. */
export function makeUpstreams(parts: UpstreamManagerParts): UpstreamManager {
  return new UpstreamManager(parts);
}
