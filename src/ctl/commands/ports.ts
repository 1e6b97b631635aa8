import { faultCodes } from '../../rpc/faults.ts';
import { namespec } from '../../rpc/names.ts';
import type { Command } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { table } from '../format.ts';
import { holderText } from '../port-holders.ts';
import { misused } from '../results.ts';
import { isFault, upcheck } from '../upcheck.ts';

export const ports: Command = {
  name: 'ports',
  help: 'ports\t\t\tList the ports of all programs, and who listens on them',
  isOurs: true,

  async run(context, argument) {
    const { supervisor, print } = context;
    if (argument !== '') return misused(context, ports, 'ports accepts no arguments', exitCodes.GENERIC);
    if ((await upcheck(context)) !== exitCodes.SUCCESS) return exitCodes.GENERIC;
    try {
      const infos = await supervisor.getPorts();
      if (infos.length === 0) {
        print('No program has a port: write port=2000, or port=auto, into its section');
        return exitCodes.SUCCESS;
      }
      const rows = infos.map((info) => [
        String(info.port),
        info.bind,
        namespec(info.group, info.name) + (info.key === 'port' ? '' : ` (${info.key})`),
        info.statename,
        holderText(info),
      ]);
      for (const line of table(['PORT', 'BIND', 'PROCESS', 'STATE', 'HELD BY'], rows)) print(line);
      return exitCodes.SUCCESS;
    } catch (error) {
      if (!isFault(error, faultCodes.UNKNOWN_METHOD)) throw error;
      print('ERROR: this daemon knows nothing of ports: it is Supervisor, or an older tssupervisord');
      return exitCodes.GENERIC;
    }
  },
};
