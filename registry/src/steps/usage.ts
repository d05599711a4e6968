import type { GraphQLSchema } from 'graphql';
import type { Change } from '../changes/change.ts';
import { operationInvalid, unexplained } from '../changes/operation-invalid.ts';
import { invalidOperations } from '../usage/invalid-operations.ts';
import { joinUsage, type UsageRules, type UsageVerdict } from '../usage/join.ts';
import type { Usage } from '../usage/usage-data.ts';
import { count, skipped, type StepReport } from './step.ts';

/** What step 5 found: what usage says of each change, and the operations that break without one owning up. */
export type UsageResult = {
  report: StepReport;
  verdicts: ReadonlyMap<Change, UsageVerdict>;
  invalid: Change[];
};

/**
 * Step 5: which changes touch something that clients really send, and which operations in use the candidate
 * refuses although no breaking change says so.
 */
export function usageStep(
  changes: readonly Change[],
  usage: Usage,
  schemas: { before: GraphQLSchema; after: GraphQLSchema },
  rules: UsageRules,
): UsageResult {
  const verdicts = new Map(changes.map((change) => [change, joinUsage(change, usage, rules)]));
  const refused = unexplained(invalidOperations(usage.uses, schemas, rules), changes, verdicts);
  const invalid = refused.map((one) => {
    const change = operationInvalid(one);
    verdicts.set(change, { status: 'used', operations: [one.operation] });
    return change;
  });
  return { report: reportOf(changes, usage, verdicts, invalid), verdicts, invalid };
}

function reportOf(
  changes: readonly Change[],
  usage: Usage,
  verdicts: UsageResult['verdicts'],
  invalid: readonly Change[],
): StepReport {
  const risky = changes.filter(({ level }) => level !== 'safe');
  const more = invalid.length > 0 ? `; ${count(invalid.length, 'operation')} in use refused` : '';
  if (risky.length === 0 && more === '') return skipped('usage', 'no change is breaking or dangerous');
  if (usage.status === 'unknown') return skipped('usage', `${usage.because}${more}`, 'ground');
  const used = risky.filter((change) => verdicts.get(change)?.status === 'used');
  const touch = `${used.length} of ${count(risky.length, 'breaking or dangerous change')} touch what clients send`;
  return {
    name: 'usage',
    status: used.length > 0 || more !== '' ? 'warned' : 'passed',
    summary: `${touch}${more}`,
  };
}
