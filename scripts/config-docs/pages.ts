import { doctorPage } from '../../src/daemon/config/doctor/page.ts';
import { configManual } from '../../src/daemon/config/manual.ts';
import { sampleConfig } from '../../src/daemon/config/sample.ts';
import { compatibilityPage } from '../compatibility/page.ts';
import { dashboardPage } from './dashboard-page.ts';
import { rpcPage } from './rpc-page.ts';

/** The files that are made from the tables of the program, by their paths in the repository. */
export function configPages(): Readonly<Record<string, string>> {
  return {
    'docs/config.md': configManual(),
    'docs/rpc.md': rpcPage(),
    'docs/dashboard.md': dashboardPage(),
    'docs/doctor.md': doctorPage(),
    'docs/compatibility.md': compatibilityPage(),
    'etc/sample.conf': sampleConfig(),
  };
}
