import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Loaded into the gateway beside its own code: on SIGUSR2 says how long its main thread was blocked at most since the last. */
const resolutionMs = 1;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
process.on('SIGUSR2', () => {
  const blockedMs = {
    longest: delay.max / 1e6 - resolutionMs,
    p99: delay.percentile(99) / 1e6 - resolutionMs,
  };
  writeFileSync(process.env.WATCH_LOOP_FILE ?? '', JSON.stringify(blockedMs));
  delay.reset();
});
