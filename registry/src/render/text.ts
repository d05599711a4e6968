import type { Report } from '../report.ts';
import type { StepReport } from '../steps/step.ts';
import { type Problem, problemsOf } from './problems.ts';

const marks: Record<StepReport['status'], string> = { passed: '✔', warned: '!', failed: '✖', skipped: '-' };

/** The report for a terminal. */
export function renderText(report: Report): string {
  const lines = [`Checked against ${report.against}.`, changedLine(report), ''];
  for (const step of report.steps)
    lines.push(`  ${marks[step.status]} ${step.name.padEnd(12)} ${saying(step)}`);
  const problems = problemsOf(report).filter(({ level }) => level !== 'notice');
  for (const problem of problems) lines.push('', ...problemLines(problem));
  const safe = report.changes.filter(({ severity }) => severity === 'ignore');
  if (safe.length > 0) {
    lines.push('', 'Nothing to object to:');
    for (const change of safe)
      lines.push(
        `  ${change.level.padEnd(9)} ${oneLine(change.message)}${change.notes.length > 0 ? ` (${change.notes.join(' ')})` : ''}`,
      );
  }
  lines.push('', `Verdict: ${report.verdict}.`);
  return `${lines.join('\n')}\n`;
}

/** What a step says about itself. */
export function saying(step: StepReport): string {
  return step.status === 'skipped' ? `skipped because ${step.because}` : step.summary;
}

/** Which subgraphs are in question. */
export function changedLine(report: Report): string {
  if (report.unchanged) return 'The schema is unchanged.';
  return `Changed: ${report.changed.join(', ') || 'nothing'}.`;
}

/** Text from a schema must not start a line of its own: in CI a line can be a command to the runner. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replaceAll('##[', '## [');
}

function problemLines(problem: Problem): string[] {
  const label = problem.level === 'error' ? 'ERROR  ' : 'WARNING';
  const place = problem.file ? `${problem.file}:${problem.line}:${problem.column}` : '(no place)';
  return [
    `${label} ${oneLine(problem.title)}`,
    `        ${place} [${problem.code}]${problem.id ? ` id ${problem.id}` : ''}`,
    `        ${oneLine(problem.text)}`,
  ];
}
