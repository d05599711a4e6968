import type { Change } from '../changes/change.ts';
import type { Config, Severity } from '../config/schema.ts';
import { deprecationProblem, type Deprecations } from '../changes/deprecation.ts';
import type { CheckedChange } from '../report.ts';
import type { Approval } from '../store/store.ts';
import type { UsageVerdict } from '../usage/join.ts';
import { count, type StepReport } from './step.ts';

/** Everything the policy weighs besides the changes. */
export type PolicyInput = {
  config: Config['policy'];
  verdicts: ReadonlyMap<Change, UsageVerdict>;
  approvals: readonly Approval[];
  deprecations: Deprecations;
};

const rank: Record<Severity, number> = { ignore: 0, warn: 1, fail: 2 };

/** Step 8: what each change costs, after usage, deprecation and approvals. */
export function policyStep(
  changes: readonly Change[],
  input: PolicyInput,
): { report: StepReport; changes: CheckedChange[] } {
  const checked = changes.map((change) => weigh(change, input));
  const of = (severity: Severity) => checked.filter((change) => change.severity === severity).length;
  const approved = checked.filter(({ approval }) => approval !== undefined).length;
  const through = checked.filter(({ severity, level }) => severity === 'ignore' && level !== 'safe').length;
  const status = of('fail') > 0 ? 'failed' : of('warn') > 0 ? 'warned' : 'passed';
  const parts = [
    of('fail') > 0 ? `${count(of('fail'), 'change')} refused` : '',
    of('warn') > 0 ? `${count(of('warn'), 'warning')}` : '',
    approved > 0 ? `${approved} approved` : '',
    through > 0 ? `${through} let through although not safe` : '',
  ].filter((part) => part !== '');
  return {
    report: { name: 'policy', status, summary: parts.join(', ') || 'nothing to object to' },
    changes: checked,
  };
}

function weigh(change: Change, input: PolicyInput): CheckedChange {
  const { config } = input;
  const usage = input.verdicts.get(change) ?? { status: 'unknown', because: 'usage was not looked at' };
  const notes: string[] = [];
  let severity = config.changes[change.type] ?? config[change.level];
  if (severity !== 'ignore' && usage.status === 'unused' && change.touches.length > 0) {
    severity = 'ignore';
    notes.push('No counted client uses it.');
  }
  const problem = deprecationProblem(change, input.deprecations);
  if (problem !== undefined && rank[config.deprecation.required] > 0) {
    notes.push(problem);
    if (rank[config.deprecation.required] > rank[severity]) severity = config.deprecation.required;
  }
  const approval = input.approvals.find(({ changeId }) => changeId === change.id);
  if (approval === undefined || severity !== 'fail') return { ...change, usage, severity, notes };
  notes.push(`Approved by ${approval.by}: ${approval.reason}`);
  return { ...change, usage, severity: 'warn', notes, approval };
}
