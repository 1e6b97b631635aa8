/** The test files that verdicts point to, each as a function from a title to its evidence. */
import type { Evidence } from './verdict.ts';

const inFile =
  (file: string) =>
  (name: string, step?: string): Evidence => ({
    file: `test/${file}.test.ts`,
    name,
    ...(step !== undefined && { step }),
  });

export const settings = inFile('real/daemon/settings');
export const listenerSettings = inFile('real/events/settings');
export const life = inFile('real/daemon/life');
export const options = inFile('real/daemon/options');
export const optionEffects = inFile('real/daemon/option-effects');
export const restart = inFile('real/daemon/restart');
export const trouble = inFile('real/daemon/trouble');
export const processes = inFile('real/daemon/processes');
export const children = inFile('real/daemon/children');
export const logs = inFile('real/daemon/logs');
export const changes = inFile('real/daemon/changes');
export const controlTests = inFile('real/daemon/control');
export const statusPage = inFile('real/daemon/page');
export const fcgi = inFile('real/daemon/fcgi');
export const listeners = inFile('real/events/listeners');
export const pools = inFile('real/events/pools');
export const shell = inFile('real/ctl/shell');
export const pidproxy = inFile('real/companions/pidproxy');
export const echoConf = inFile('real/companions/echo-conf');
export const everyMethod = inFile('real/clients/every-method');
export const httpServer = inFile('real/rpc/server');
export const unit = (folder: string) => inFile(`unit/${folder}`);
export const long = (file: string) => inFile(`long/${file}`);
export const real = (folder: string) => inFile(`real/${folder}`);

/** A command of the scenes that are played in all four pairings of the two control commands and the two daemons. */
export const pairing = (step: string): Evidence =>
  inFile('real/ctl/pairings')('the four pairings of control command and daemon', step);

/** A call of the table in control.test.ts, which both daemons answer alike. */
export const call = (step: string): Evidence => controlTests('control of {kind}', step);
