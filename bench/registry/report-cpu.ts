/** Loaded into a measured process: says at its end how much CPU it took. */
import { writeFileSync } from 'node:fs';

const file = process.env['BENCH_CPU_FILE'];
process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  if (file) writeFileSync(file, String((user + system) / 1e6));
});
