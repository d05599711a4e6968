import type { CheckedChange, Report } from '../report.ts';
import type { StepReport } from '../steps/step.ts';
import { problemsOf, usageText } from './problems.ts';
import { verdictText } from '../verdict.ts';
import { changedLine, saying, untouched } from './text.ts';
import { inLine } from './in-line.ts';

/** What a pull request's comment is found again by. */
export const commentMarker = '<!-- registry-check -->';

const signs: Record<StepReport['status'], string> = { passed: '✅', warned: '⚠️', failed: '❌', skipped: '⏭️' };

/** The size that GitHub accepts for a comment, minus room for the notice. */
const maxLength = 64_000;

/** The report as a comment on a pull request. */
export function renderMarkdown(report: Report): string {
  const sign = report.verdict === 'failed' ? '❌' : report.notJudged.length > 0 ? '⚠️' : '✅';
  const title = `${sign} Schema check ${verdictText(report)}`;
  const lines = [
    commentMarker,
    `## ${title}`,
    '',
    `Compared with **${cell(report.against)}**. ${cell(changedLine(report))}`,
    '',
    '| step | result |',
    '| --- | --- |',
    ...report.steps.map((step) => `| ${signs[step.status]} ${step.name} | ${cell(saying(step))} |`),
    ...changeTable(
      'Refused',
      report.changes.filter(({ severity }) => severity === 'fail'),
    ),
    ...changeTable(
      'Warnings',
      report.changes.filter(({ severity }) => severity === 'warn'),
    ),
    ...otherProblems(report),
    ...untouched(report).flatMap(({ title, changes }) => fold(title, changes)),
    ...fold('Inside the subgraphs', Object.values(report.subgraphChanges).flat()),
  ];
  const text = `${lines.join('\n')}\n`;
  return text.length <= maxLength ? text : `${text.slice(0, maxLength)}\n\n… cut; the JSON report has all.\n`;
}

function changeTable(title: string, changes: readonly CheckedChange[]): string[] {
  if (changes.length === 0) return [];
  return [
    '',
    `### ${title}`,
    '',
    '| | change | why | where | id |',
    '| --- | --- | --- | --- | --- |',
    ...changes.map((change) => {
      const where = change.location ? `\`${change.location.file}:${change.location.line}\`` : '';
      const why = [change.reason, ...change.notes, usageText(change)].filter(Boolean).join(' ');
      const contract = change.contract ? ` (contract ${change.contract})` : '';
      return `| ${change.level} | \`${change.coordinate}\`${contract} ${cell(change.message)} | ${cell(why)} | ${where} | \`${change.id}\` |`;
    }),
  ];
}

function otherProblems(report: Report): string[] {
  const problems = problemsOf({ ...report, changes: [] }).filter(({ level }) => level !== 'notice');
  if (problems.length === 0) return [];
  return [
    '',
    '### Problems',
    '',
    ...problems.map(({ level, code, text, file, line }) => {
      const where = file ? ` \`${file}:${line}\`` : '';
      return `- ${level === 'error' ? '❌' : '⚠️'} \`${code}\`${where} ${cell(text)}`;
    }),
  ];
}

function fold(title: string, changes: readonly { level: string; message: string }[]): string[] {
  if (changes.length === 0) return [];
  const items = changes.map(({ level, message }) => `- ${level}: ${cell(message)}`);
  return ['', `<details><summary>${title} (${changes.length})</summary>`, '', ...items, '', '</details>'];
}

/** Text from a schema must not break out of its cell, ping anybody or become markup. */
function cell(text: string): string {
  return inLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('|', '\\|')
    .replaceAll('@', '@\u200b')
    .replaceAll('](', ']\u200b(')
    .replace(/\s+/g, ' ');
}
