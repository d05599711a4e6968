import type { ParsedSubgraph } from '../composition/parse-subgraph.ts';
import { fileOf } from '../composition/subgraph.ts';
import type { Config } from '../config/schema.ts';
import type { Finding } from '../lint/finding.ts';
import { lintSubgraph } from '../lint/lint-subgraph.ts';
import { count, type StepReport } from './step.ts';

/** Step 7: style. Only findings that the change brings in can fail, unless the configuration says all. */
export function lintStep(
  parsed: readonly ParsedSubgraph[],
  baseline: readonly ParsedSubgraph[] | undefined,
  config: Config['lint'],
): { report: StepReport; findings: Finding[] } {
  const findings = parsed.flatMap((subgraph) => {
    const before = baseline?.find(({ name }) => name === subgraph.name);
    const target = { name: subgraph.name, file: fileOf(subgraph), document: subgraph.typeDefs };
    const found = lintSubgraph(target, config, before?.typeDefs);
    // Without a baseline nothing is known to be this change's doing.
    return baseline ? found : found.map((one) => ({ ...one, isNew: false }));
  });
  const counted = findings.filter(({ isNew }) => isNew || config.everything);
  const failing = counted.filter(({ severity }) => severity === 'fail').length;
  const old = findings.length - counted.length;
  const summary = `${count(counted.length, 'finding')}${old > 0 ? `, ${old} old` : ''}`;
  const status = failing > 0 ? 'failed' : counted.length > 0 ? 'warned' : 'passed';
  return { report: { name: 'lint', status, summary }, findings };
}
