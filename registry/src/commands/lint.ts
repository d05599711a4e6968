import { emptyReport } from '../check.ts';
import { parseSubgraph } from '../composition/parse-subgraph.ts';
import { fileOf } from '../composition/subgraph.ts';
import { requireKnownNames } from '../config/known-names.ts';
import { loadConfig } from '../config/load.ts';
import { lintSubgraph } from '../lint/lint-subgraph.ts';
import { exitCodes } from '../refusal.ts';
import { parseOutput, renderers } from '../render/index.ts';
import type { Report } from '../report.ts';
import { count, type StepReport } from '../steps/step.ts';
import { diskFiles } from '../workspace/files.ts';
import { readSubgraphs } from '../workspace/subgraphs.ts';
import { writeOutput } from './io.ts';

export type LintOptions = { config?: string; format: string[] };

/** `registry lint`: every finding in the workspace, old ones too. */
export function runLint(options: LintOptions): number {
  const { config, root } = loadConfig(process.cwd(), options.config);
  requireKnownNames(config);
  const results = readSubgraphs(config, diskFiles(root, config.limits.fileBytes)).map(parseSubgraph);
  const compositionErrors = results.flatMap((result) => (result.status === 'failed' ? result.error : []));
  const targets = results.flatMap((result) =>
    result.status === 'failed'
      ? []
      : { name: result.subgraph.name, file: fileOf(result.subgraph), document: result.subgraph.typeDefs },
  );
  const lint = targets.flatMap((target) => lintSubgraph(target, config.lint, targets));
  const failed = compositionErrors.length > 0 || lint.some(({ severity }) => severity === 'fail');
  const status = failed ? 'failed' : lint.length > 0 ? 'warned' : 'passed';
  const step: StepReport = { name: 'lint', status, summary: count(lint.length, 'finding') };
  const report: Report = {
    ...emptyReport('the lint rules'),
    verdict: failed ? 'failed' : 'passed',
    changed: results.map((result) =>
      result.status === 'failed' ? (result.error.subgraph ?? '') : result.subgraph.name,
    ),
    steps: [step],
    compositionErrors,
    lint,
  };
  for (const { format, file } of (options.format.length > 0 ? options.format : ['text']).map(parseOutput)) {
    const text = renderers[format](report);
    if (file === undefined) process.stdout.write(text);
    else writeOutput(file, text);
  }
  return failed ? exitCodes.failed : exitCodes.passed;
}
