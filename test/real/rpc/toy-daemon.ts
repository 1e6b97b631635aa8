/** A toy server in a process of its own, so that what it costs can be measured. */
import { Toy } from './toy.ts';

const toy = await Toy.onPort();
process.stdout.write(`${toy.port}\n`);
// Garbage is no growth.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  process.stdout.write('collected\n');
});
