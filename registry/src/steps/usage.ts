import type { Change } from '../changes/change.ts';
import { joinUsage, type UsageRules, type UsageVerdict } from '../usage/join.ts';
import type { Usage } from '../usage/usage-data.ts';
import { count, skipped, type StepReport } from './step.ts';

/** Step 5: which changes touch something that clients really send. */
export function usageStep(
  changes: readonly Change[],
  usage: Usage,
  rules: UsageRules,
): { report: StepReport; verdicts: ReadonlyMap<Change, UsageVerdict> } {
  const verdicts = new Map(changes.map((change) => [change, joinUsage(change, usage, rules)]));
  const risky = changes.filter(({ level }) => level !== 'safe');
  if (risky.length === 0) return { report: skipped('usage', 'no change is breaking or dangerous'), verdicts };
  if (usage.status === 'unknown') return { report: skipped('usage', usage.because), verdicts };
  const used = risky.filter((change) => verdicts.get(change)?.status === 'used');
  const report: StepReport = {
    name: 'usage',
    status: used.length > 0 ? 'warned' : 'passed',
    summary: `${used.length} of ${count(risky.length, 'breaking or dangerous change')} touch what clients send`,
  };
  return { report, verdicts };
}
