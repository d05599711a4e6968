import type { CompositionError } from '../composition/subgraph.ts';
import type { Hint } from '../composition/hints.ts';
import type { Finding } from '../lint/finding.ts';
import type { DocumentProblem } from '../documents/validate.ts';
import type { CheckedChange, Report } from '../report.ts';
import type { TouchedOperation } from '../usage/join.ts';

/** One thing to show at a place, whatever step found it. */
export type Problem = {
  level: 'error' | 'warning' | 'notice';
  /** The composition code, change type or lint rule. */
  code: string;
  title: string;
  text: string;
  file?: string;
  line?: number;
  column?: number;
  /** Where it was, for what has no place any more. */
  origin?: string;
  /** A stable identity, so that tools can tell an old problem from a new one. */
  id?: string;
};

/** Everything in a report that deserves a place in the code, most serious first. */
export function problemsOf(report: Report): Problem[] {
  const order = { error: 0, warning: 1, notice: 2 };
  return [
    ...report.compositionErrors.map(ofComposition),
    ...report.changes.flatMap(ofChange),
    ...report.documents.map(ofDocument),
    ...report.lint.map(ofFinding),
    ...report.hints.map(ofHint),
  ].sort((a, b) => order[a.level] - order[b.level]);
}

function ofComposition(error: CompositionError): Problem {
  const { file, line, column } = error;
  return {
    level: 'error',
    code: error.code,
    title: error.subgraph ? `${error.code} in ${error.subgraph}` : error.code,
    text: `${error.message} Fix: ${error.fix}`,
    ...(file === undefined ? {} : { file, line: line ?? 1, column: column ?? 1 }),
  };
}

/** Changes whose coordinate is a group: what came or went is one of its members. */
const ofMembers = /^(UNION_MEMBER|OBJECT_TYPE_INTERFACE|DIRECTIVE_LOCATION)_(ADDED|REMOVED)$/;

/** What happened to what: a title stands alone in lists, so it names what vanished or came. */
function titleOf({ type, level, coordinate, before, after }: CheckedChange): string {
  if (type === 'OPERATION_INVALID') return `operation ${coordinate} becomes invalid`;
  if (type === 'CONTRACT_REMOVED') return `contract ${coordinate} is gone`;
  const title = `${level} change of ${coordinate}`;
  if (!ofMembers.test(type)) return title;
  return type.endsWith('_REMOVED') ? `${title}: it loses ${before}` : `${title}: it gains ${after}`;
}

function ofChange(change: CheckedChange): Problem[] {
  if (change.severity === 'ignore') return [];
  const where = change.contract ? ` (contract ${change.contract})` : '';
  return [
    {
      level: change.severity === 'fail' ? 'error' : 'warning',
      code: change.type,
      title: `${titleOf(change)}${where}`,
      text: [sentence(change.message), change.reason, ...change.notes, usageText(change)]
        .filter(Boolean)
        .join(' '),
      id: change.id,
      ...(change.location ?? (change.subgraph && { origin: `gone with subgraph ${change.subgraph}` })),
    },
  ];
}

/** The inspector ends its messages without a full stop. */
function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

/** Who sends an operation, how often, and on which day last: `ios@2.1; 7 calls, last on 2026-11-22`. */
export function useText({ clients, count, lastAt }: Omit<TouchedOperation, 'name' | 'hash'>): string {
  return `${clients.join(', ')}; ${count} calls${lastAt ? `, last on ${lastAt.slice(0, 10)}` : ''}`;
}

/** What usage says about a change, for people. */
export function usageText({ usage }: Pick<CheckedChange, 'usage'>): string {
  if (usage.status === 'unused') return '';
  if (usage.status === 'unknown') return `Usage is unknown: ${usage.because}.`;
  const shown = usage.operations.slice(0, 5).map((one) => `${one.name} (${useText(one)})`);
  const more = usage.operations.length - shown.length;
  return `Used by ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function ofDocument(problem: DocumentProblem): Problem {
  const name = problem.id ? `${problem.operation} (${problem.id.slice(0, 12)})` : problem.operation;
  return {
    level: problem.isNew ? 'error' : 'warning',
    code: 'INVALID_DOCUMENT',
    title: `operation ${name} ${problem.isNew ? 'becomes' : 'is already'} invalid`,
    text: problem.message,
    file: problem.file,
    line: problem.line,
    column: problem.column,
  };
}

function ofHint({ code, subgraph, message, file, line, column }: Hint): Problem {
  return { level: 'notice', code, title: `${code} in ${subgraph}`, text: message, file, line, column };
}

function ofFinding(finding: Finding): Problem {
  const level = finding.severity === 'fail' ? 'error' : 'warning';
  return {
    level: finding.isNew ? level : 'notice',
    code: finding.rule,
    title: `${finding.rule}: ${finding.coordinate}`,
    text: finding.message,
    file: finding.file,
    line: finding.line,
    column: finding.column,
  };
}
