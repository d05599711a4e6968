import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into the gateway beside its own code: on SIGUSR2 says how long its main thread was blocked at most since the last,
 * and for how much of a turn it worked at most: on few cores most of a long turn is waiting for one.
 */
const resolutionMs = 1;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
let longestWorkMs = 0;
let worked = process.threadCpuUsage();
setInterval(() => {
  const now = process.threadCpuUsage();
  longestWorkMs = Math.max(longestWorkMs, (now.user - worked.user + now.system - worked.system) / 1_000);
  worked = now;
}, resolutionMs).unref();
process.on('SIGUSR2', () => {
  const blockedMs = {
    longest: delay.max / 1e6 - resolutionMs,
    p99: delay.percentile(99) / 1e6 - resolutionMs,
    longestWorkMs,
  };
  writeFileSync(process.env.WATCH_LOOP_FILE ?? '', JSON.stringify(blockedMs));
  delay.reset();
  longestWorkMs = 0;
});
