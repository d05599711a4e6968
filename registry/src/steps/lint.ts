import type { ParsedSubgraph } from '../composition/parse-subgraph.ts';
import { fileOf } from '../composition/subgraph.ts';
import type { Config } from '../config/schema.ts';
import type { Finding } from '../lint/finding.ts';
import { findingKey, lintSubgraph } from '../lint/lint-subgraph.ts';
import { count, type StepReport } from './step.ts';

/**
 * Step 7: style. Only findings that the change brings in can fail, unless the configuration says all. What
 * moved, with its subgraph's name or with a type to another subgraph, was there before.
 */
export function lintStep(
  parsed: readonly ParsedSubgraph[],
  baseline: readonly ParsedSubgraph[] | undefined,
  config: Config['lint'],
): { report: StepReport; findings: Finding[] } {
  const found = findingsOf(parsed, config);
  const before = findingsOf(baseline ?? [], config);
  const left = [...before].flatMap(([name, old]) => notIn(found.get(name) ?? [], old));
  const findings = [...found].flatMap(([name, own]) => {
    const fresh = new Set(notIn([...(before.get(name) ?? []), ...left], own));
    // Without a baseline nothing is known to be this change's doing.
    return own.map((one) => ({ ...one, isNew: baseline !== undefined && fresh.has(one) }));
  });
  const counted = findings.filter(({ isNew }) => isNew || config.everything);
  const failing = counted.filter(({ severity }) => severity === 'fail').length;
  const old = findings.length - counted.length;
  const summary = `${count(counted.length, 'finding')}${old > 0 ? `, ${old} old` : ''}`;
  const status = failing > 0 ? 'failed' : counted.length > 0 ? 'warned' : 'passed';
  return { report: { name: 'lint', status, summary }, findings };
}

function findingsOf(subgraphs: readonly ParsedSubgraph[], config: Config['lint']): Map<string, Finding[]> {
  const targets = subgraphs.map((subgraph) => ({
    name: subgraph.name,
    file: fileOf(subgraph),
    document: subgraph.typeDefs,
  }));
  return new Map(targets.map((target) => [target.name, lintSubgraph(target, config, targets)]));
}

function notIn(known: readonly Finding[], some: readonly Finding[]): Finding[] {
  const keys = new Set(known.map(findingKey));
  return some.filter((one) => !keys.has(findingKey(one)));
}
