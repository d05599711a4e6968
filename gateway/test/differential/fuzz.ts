import { parseArgs } from 'node:util';
import type { Failure } from './run.ts';
import { runDifferential } from './run.ts';

const { values } = parseArgs({
  options: {
    operations: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
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

console.log(`seed ${seed}`);
const report = await runDifferential({
  seed,
  isDone: (operations) => operations >= wanted || Date.now() >= endsAt,
  onProgress: (operations) => {
    if (operations % 500 === 0) console.log(`${operations} operations`);
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
process.exitCode = report.failures.length > 0 || missing.length > 0 ? 1 : 0;

function print({ world, seed: worldSeed, trouble, case: found, problem }: Failure): void {
  console.log(`\n--- ${world}, seed ${worldSeed}, ${JSON.stringify(trouble)}\n${problem}`);
  console.log(`${found.source}\n${JSON.stringify(found.variables)}`);
}
