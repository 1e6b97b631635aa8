import { faultCodes } from '../../rpc/faults.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../format.ts';
import { misused } from '../results.ts';
import { isFault, upcheck } from '../upcheck.ts';

export const upstreams: Command = {
  name: 'upstreams',
  isOurs: true,
  help: 'upstreams\t\tList the servers of all upstreams, and what their proxies were told of them',

  async run(context, argument) {
    const { supervisor, print } = context;
    if (argument !== '') return misused(context, upstreams, 'upstreams accepts no arguments', exitCodes.GENERIC);
    if ((await upcheck(context)) !== exitCodes.SUCCESS) return exitCodes.GENERIC;
    try {
      const infos = await supervisor.getUpstreams();
      if (infos.length === 0) print('There is no upstream: write a section [upstream:x], with programs and a driver');
      for (const { name, driver, target, error } of infos) {
        print(`${name}: ${driver}, ${target}${error === '' ? '' : `: ERROR (${error})`}`);
      }
      const rows = infos.flatMap(({ name, servers }) =>
        servers.map((server) => [name, server.name, server.address, server.state, timeText(server.since), server.why]),
      );
      const head = ['UPSTREAM', 'SERVER', 'ADDRESS', 'STATE', 'SINCE', 'WHY'];
      if (rows.length > 0) for (const line of table(head, rows)) print(line);
      return infos.some(({ error }) => error !== '') ? exitCodes.GENERIC : exitCodes.SUCCESS;
    } catch (error) {
      if (!isFault(error, faultCodes.UNKNOWN_METHOD)) throw error;
      print('ERROR: this daemon knows nothing of upstreams: it is Supervisor, or an older tssupervisord');
      return exitCodes.GENERIC;
    }
  },
};

/** `2026-01-31 23:59:59`, in local time. */
function timeText(epoch: number): string {
  const date = new Date(epoch * 1000);
  const two = (part: number) => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
