/** tsecho_supervisord_conf: prints a sample configuration, made from the tables that the daemon reads by. */
import { writeSync } from 'node:fs';
import { sampleConfig } from '../daemon/config/sample.ts';

const isVersion = process.argv[2] === '--version';
const text = Buffer.from(isVersion ? `tssupervisor ${process.env['TSSUPERVISOR_VERSION']}\n` : sampleConfig());
for (let written = 0; written < text.length; ) written += writeSync(1, text, written);
