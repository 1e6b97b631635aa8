/** The environment of a program as people may see it: what is likely a secret is not shown. */
import type { EnvironmentVariable } from '../../rpc/insight.ts';
import { pidOf } from '../core/process-record.ts';
import type { ProcessId } from '../core/supervisor-messages.ts';
import type { HandlerContext } from '../handlers/context.ts';

const MASK = '***';
const secretName = /KEY|SECRET|TOKEN|PASS|CREDENTIAL/i;
/** `postgres://user:password@host/` */
const urlPassword = /(\b[a-z][a-z\d+.-]*:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/gi;

export function environment(
  { runtime, programs }: Pick<HandlerContext, 'runtime' | 'programs'>,
  id: ProcessId,
  withSecrets: boolean,
): { readonly variables: readonly EnvironmentVariable[] } | { readonly why: string } {
  const entries = programs.environmentOf(id);
  if ('why' in entries) return entries;
  const state = runtime.supervisor.record(id)?.state;
  const pid = state === undefined ? 0 : pidOf(state);
  const variables = entries.map((entry) => {
    const at = entry.indexOf('=');
    const name = entry.slice(0, at);
    const value = entry.slice(at + 1);
    // The spawn fills it in.
    const isPid = name === 'LISTEN_PID' && value === '' && pid !== 0;
    return shown(name, isPid ? String(pid) : value, withSecrets);
  });
  return { variables: variables.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

export function shown(name: string, value: string, withSecrets: boolean): EnvironmentVariable {
  if (withSecrets) return { name, value, masked: false };
  if (value !== '' && secretName.test(name)) return { name, value: MASK, masked: true };
  const rest = value.replace(urlPassword, `$1${MASK}`);
  return { name, value: rest, masked: rest !== value };
}
