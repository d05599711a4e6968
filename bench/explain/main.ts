/**
 * Does every statement of the services go by an index when the tables are large? `pnpm bench explain
 * [--people n] [--follows n] [--posts n] [--slowest n]`
 *
 * By default a million posts and five million follows, made in SQL. The platform runs on them, everything that
 * people do is done once, and the server tells the plans by which the services' own statements ran
 * (`auto_explain`). Prints the slowest, and every statement that read a large table from end to end.
 */
import { parseArgs } from 'node:util';
// By path: the story that `npm test` runs on a smaller crowd.
import { explainAll } from '../../e2e/explain/explain-all.ts';
import { printPlan } from '../../e2e/explain/plans.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '100000' },
    follows: { type: 'string', default: '50' },
    posts: { type: 'string', default: '1000000' },
    slowest: { type: 'string', default: '25' },
  },
});

const statements = await explainAll(
  { people: Number(values.people), followsEach: Number(values.follows), posts: Number(values.posts) },
  console.log,
);
const scanning = statements.filter(({ scans }) => scans.length > 0);
const shown = new Set([...statements.slice(0, Number(values.slowest)), ...scanning]);
for (const { calls, database, durationMs, plan, scans, sql } of shown) {
  console.log(
    `\n── ${database}, ${calls} calls, the slowest ${durationMs.toFixed(2)} ms${scans.length > 0 ? `: ${scans.join(', ')}` : ''}`,
  );
  console.log(sql.trim());
  console.log(printPlan(plan, 1).join('\n'));
}
console.log(`\n${statements.length} statements; ${scanning.length} read a large table from end to end.`);
process.exitCode = scanning.length > 0 ? 1 : 0;
