import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

/**
 * `pnpm rolling [--times N] [--busy N]`: the story of the rolling restart again and again, beside loops that keep the
 * machine busy. Exits with 1 when it failed once.
 */
const { values } = parseArgs({
  options: { times: { type: 'string', default: '10' }, busy: { type: 'string', default: '4' } },
});
const [times, busy] = [Number(values.times), Number(values.busy)];
if (!(times >= 1 && times <= 100) || !(busy >= 0 && busy <= 64)) {
  console.error('pnpm rolling [--times 1 to 100] [--busy 0 to 64]');
  process.exit(3);
}

const loops = Array.from({ length: busy }, startLoop);
const endLoops = () => {
  for (const loop of loops) loop.kill('SIGKILL');
};
process.once('exit', endLoops);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

/** Far longer than it takes: a busy machine is slow, and only what is lost or fails counts. */
const storyMs = 15 * 60_000;
let failed = 0;
for (let time = 1; time <= times; time += 1) {
  const startedMs = performance.now();
  const story = spawn('vitest', ['run', '--project', 'e2e', 'e2e/rolling', `--testTimeout=${storyMs}`], {
    stdio: 'inherit',
  });
  const [code] = await once(story, 'exit');
  if (code !== 0) failed += 1;
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  console.log(`${time} of ${times} ${code === 0 ? 'went well' : 'FAILED'} after ${seconds} s`);
}
console.log(`${times - failed} of ${times} went well beside ${busy} busy loops`);
process.exit(failed === 0 ? 0 : 1);

/** Ends with this process, however that ends: it hears nobody at its standard input any more. */
function startLoop(): ChildProcess {
  const spin = `process.stdin.on('end', () => process.exit()).resume();
    (function turn() { for (const until = Date.now() + 20; Date.now() < until; ); setImmediate(turn); })();`;
  return spawn(process.execPath, ['-e', spin], { stdio: ['pipe', 'ignore', 'inherit'] });
}
