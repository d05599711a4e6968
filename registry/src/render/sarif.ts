import { explain } from '../commands/explain.ts';
import type { Report } from '../report.ts';
import { type Problem, problemsOf } from './problems.ts';

const sarifLevels = { error: 'error', warning: 'warning', notice: 'note' } as const;

/** Code scanning refuses a file with a result that has no place: what is gone altogether stands at the configuration. */
const nowhere = 'registry.config.json';

/** SARIF 2.1.0, as code scanning takes it; `env` says whose repository links its rules to their page. */
export function renderSarif(report: Report, env: NodeJS.ProcessEnv = process.env): string {
  const problems = problemsOf(report);
  const codes = [...new Set(problems.map(({ code }) => code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'murmuration-registry', rules: codes.map((id) => toRule(id, env)) } },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => toResult(problem, codes.indexOf(problem.code))),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** What `registry explain` says, for a page that shows nothing but the code. */
function toRule(id: string, { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository }: NodeJS.ProcessEnv) {
  const text =
    explain(id) ?? `${id}\nAn operation that clients keep is not valid.\nFix: change the operation.`;
  const [title = id, means = title] = text.split('\n');
  const page = server && repository && `${server}/${repository}/blob/HEAD/registry/README.md#the-steps`;
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: means },
    help: { text: `${text}\npnpm registry explain ${id}` },
    ...(page ? { helpUri: page } : {}),
  };
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
          artifactLocation: { uri: encodeURI(problem.file ?? nowhere) },
          region: { startLine: problem.line ?? 1, startColumn: problem.column ?? 1 },
        },
      },
    ],
    ...(problem.id === undefined ? {} : { partialFingerprints: { changeId: problem.id } }),
  };
}
