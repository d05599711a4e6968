/** Loaded into a measured process: says at its end how much CPU and memory it took. */
import { writeFileSync } from 'node:fs';

const file = process.env['BENCH_USAGE_FILE'];
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuS: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 };
  if (file) writeFileSync(file, JSON.stringify(usage));
});
