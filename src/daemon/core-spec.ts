import type { ProcessConfig } from './config/model.ts';
import type { ProcessSpec } from './core/spec.ts';
import { preparationMs } from './stop-preparation.ts';

/** The part of a program's settings that decisions are made of. */
export function specOf(config: ProcessConfig): ProcessSpec {
  const prepareStopMs = preparationMs(config);
  return {
    name: config.name,
    group: config.group,
    priority: config.priority,
    autostart: config.autostart,
    autorestart: config.autorestart,
    startMs: config.startsecs * 1000,
    startRetries: config.startretries,
    exitCodes: config.exitcodes,
    stopSignal: config.stopsignal,
    stopWaitMs: config.stopwaitsecs * 1000,
    stopAsGroup: config.stopasgroup,
    killAsGroup: config.killasgroup,
    restart: config.restart,
    ...(prepareStopMs !== undefined && { prepareStopMs }),
    ...(config.dependsOn && { dependsOn: config.dependsOn }),
    ...(config.ready && { ready: { timeoutMs: config.ready.timeoutMs } }),
  };
}
