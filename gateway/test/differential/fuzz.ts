import { parseArgs } from 'node:util';
import type { Failure } from './run.ts';
import { runDifferential } from './run.ts';

/** Of operations that the second planner is asked for, and of those that neither plans provably. */
const maxSecondShare = 0.01;
const maxRefusedShare = 0.001;

const { values } = parseArgs({
  options: {
    operations: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    'from-round': { type: 'string' },
    'max-failures': { type: 'string' },
  },
  // pnpm hands its own "--" on.
  args: process.argv.slice(2).filter((argument) => argument !== '--'),
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const wanted =
  values.operations === undefined && values.minutes === undefined
    ? 1_000
    : Number(values.operations ?? Number.POSITIVE_INFINITY);
const endsAt = Date.now() + Number(values.minutes ?? 24 * 60) * 60_000;

let isEnough = false;
// Interrupted, it still says what it found, and the round to go on with.
process.once('SIGINT', () => {
  isEnough = true;
});

console.log(`seed ${seed}`);
const report = await runDifferential({
  seed,
  isDone: (operations) => isEnough || operations >= wanted || Date.now() >= endsAt,
  fromRound: Number(values['from-round'] ?? 0),
  maxFailures: Number(values['max-failures'] ?? 5),
  onRound: (operations, round) => {
    // Where to go on: --seed and --from-round.
    if (round % 10 === 0) console.log(`${operations} operations before round ${round}`);
  },
});

console.log(`\n${report.operations} operations, ${report.failures.length} failures`);
for (const [name, count] of report.coverage.counts) console.log(`${String(count).padStart(8)}  ${name}`);
console.log(`\nThe stock gateway differs from the truth in ${report.stockDiffers} operations, for example:`);
for (const example of report.stockExamples) print(example);
if (report.failures.length > 0) console.log('\nFAILURES');
for (const failure of report.failures) print(failure);
const missing = report.coverage.missing();
if (missing.length > 0) console.log(`\nNever exercised: ${missing.join(', ')}`);
const countOf = (name: string) => report.coverage.counts.get(name) ?? 0;
const [asked, second, refused] = ['asked of hive first', 'second planner asked', 'refused by name'].map(
  countOf,
) as [number, number, number];
const share = (count: number) =>
  `${count} of ${asked} (${((100 * count) / Math.max(1, asked)).toFixed(2)} %)`;
console.log(`\nThe second planner was asked for ${share(second)}, ${share(refused)} were refused`);
// One operation says nothing of a share.
const isOften = (count: number, most: number) => count > Math.max(1, most * asked);
const isTooOften = isOften(second, maxSecondShare) || isOften(refused, maxRefusedShare);
if (isTooOften) console.log('Too often');
process.exitCode = report.failures.length > 0 || missing.length > 0 || isTooOften ? 1 : 0;

function print({ world, seed: worldSeed, trouble, case: found, problem }: Failure): void {
  console.log(`\n--- ${world}, seed ${worldSeed}, ${JSON.stringify(trouble)}\n${problem}`);
  console.log(`${found.source}\n${JSON.stringify(found.variables)}`);
}
