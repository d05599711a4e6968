import type { Report } from '../report.ts';
import { type Problem, problemsOf } from './problems.ts';

const sarifLevels = { error: 'error', warning: 'warning', notice: 'note' } as const;

/** SARIF 2.1.0, as code scanning takes it. A problem without a place is not a code-scanning result. */
export function renderSarif(report: Report): string {
  const problems = problemsOf(report).filter(({ file }) => file !== undefined);
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'murmuration-registry', rules: codes.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => toResult(problem, codes.indexOf(problem.code))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function toResult(problem: Problem, ruleIndex: number) {
  return {
    ruleId: problem.code,
    ruleIndex,
    level: sarifLevels[problem.level],
    message: { text: `${problem.title}. ${problem.text}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(problem.file ?? '') },
          region: { startLine: problem.line ?? 1, startColumn: problem.column ?? 1 },
        },
      },
    ],
    ...(problem.id === undefined ? {} : { partialFingerprints: { changeId: problem.id } }),
  };
}
