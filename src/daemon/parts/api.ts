import { serveEvents } from '../../rpc/event-stream.ts';
import { answerJsonRpc } from '../../rpc/json-rpc.ts';
import { serveLogs } from '../../rpc/log-stream.ts';

/** JSON-RPC and the streams, for clients of ours: dashboards, the control command's newer verbs. */
export const api = { answerJsonRpc, serveEvents, serveLogs };
