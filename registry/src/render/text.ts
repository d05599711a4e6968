import type { CheckedChange, Report } from '../report.ts';
import type { StepReport } from '../steps/step.ts';
import { verdictText } from '../verdict.ts';
import { inLine } from './in-line.ts';
import { type Problem, problemsOf } from './problems.ts';

const marks: Record<StepReport['status'], string> = { passed: '✔', warned: '!', failed: '✖', skipped: '-' };

/** The report for a terminal. */
export function renderText(report: Report): string {
  const lines = [`Checked against ${report.against}.`, changedLine(report), ''];
  for (const step of report.steps)
    lines.push(`  ${marks[step.status]} ${step.name.padEnd(12)} ${saying(step)}`);
  const problems = problemsOf(report).filter(({ level }) => level !== 'notice');
  for (const problem of problems) lines.push('', ...problemLines(problem));
  if (report.hints.length > 0) lines.push('', 'Hints:');
  for (const { file, line, code, message } of report.hints)
    lines.push(`  ${file}:${line} [${code}] ${message}`);
  for (const { title, changes } of untouched(report)) {
    lines.push('', `${title}:`);
    for (const change of changes)
      lines.push(
        `  ${change.level.padEnd(9)} ${change.message}${change.notes.length > 0 ? ` (${change.notes.join(' ')})` : ''}`,
      );
  }
  lines.push('', `Verdict: ${verdictText(report)}.`);
  return `${lines.map(inLine).join('\n')}\n`;
}

/** What a step says about itself. */
export function saying(step: StepReport): string {
  return step.status === 'skipped' ? `skipped because ${step.because}` : step.summary;
}

/** Which subgraphs are in question, and which are missing although nobody said so. */
export function changedLine(report: Report): string {
  if (report.unchanged) return 'The schema is unchanged.';
  const changed = `Changed: ${report.changed.join(', ') || 'contracts alone'}.`;
  const gone = report.gone.map((name) => ` Subgraph ${name} is gone; did its file move?`);
  return `${changed}${gone.join('')}`;
}

/** The changes that need nothing: harmless ones, and those that break nobody who is counted. */
export function untouched(report: Report): { title: string; changes: CheckedChange[] }[] {
  const ignored = report.changes.filter(({ severity }) => severity === 'ignore');
  const [safe, risky] = [true, false].map((isSafe) =>
    ignored.filter(({ level }) => (level === 'safe') === isSafe),
  );
  return [
    { title: 'Let through although not safe', changes: risky ?? [] },
    { title: 'Nothing to object to', changes: safe ?? [] },
  ].filter(({ changes }) => changes.length > 0);
}

function problemLines(problem: Problem): string[] {
  const label = problem.level === 'error' ? 'ERROR  ' : 'WARNING';
  const place = problem.file
    ? `${problem.file}:${problem.line}:${problem.column}`
    : `(${problem.origin ?? 'no place'})`;
  return [
    `${label} ${problem.title}`,
    `        ${place} [${problem.code}]${problem.id ? ` id ${problem.id}` : ''}`,
    `        ${problem.text}`,
  ];
}
