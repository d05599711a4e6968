import type { DocumentNode } from 'graphql';
import type { Config, Severity } from '../config/schema.ts';
import type { Finding } from './finding.ts';
import { typesOf } from './rule.ts';
import { lintRules } from './rules/index.ts';

/** A subgraph to lint: its parsed SDL and the file to name. */
export type LintTarget = { name: string; file: string; document: DocumentNode };

/**
 * Runs every rule that is not ignored. Whether a finding is old, only a baseline can say: here all are new.
 * @param others the other subgraphs of the graph, for rules on what several share
 */
export function lintSubgraph(
  target: LintTarget,
  config: Pick<Config['lint'], 'rules' | 'default'>,
  others: readonly Pick<LintTarget, 'name' | 'document'>[] = [],
): Finding[] {
  const { name: subgraph, file } = target;
  return findings(target, config, others).map((found) => ({ ...found, subgraph, file, isNew: true }));
}

/** A finding without its place: the same rule, coordinate and words are the same finding. */
export function findingKey({ rule, coordinate, message }: Bare): string {
  return JSON.stringify([rule, coordinate, message]);
}

type Bare = Omit<Finding, 'subgraph' | 'file' | 'isNew'>;

function findings(
  { document, name }: LintTarget,
  config: Pick<Config['lint'], 'rules' | 'default'>,
  others: readonly Pick<LintTarget, 'name' | 'document'>[],
): Bare[] {
  const types = typesOf(document);
  const beside = others.filter((other) => other.name !== name);
  const graph = [
    { name, types },
    ...beside.map((other) => ({ name: other.name, types: typesOf(other.document) })),
  ];
  const found: Bare[] = [];
  for (const rule of lintRules) {
    const severity: Severity = config.rules[rule.name] ?? config.default;
    if (severity === 'ignore') continue;
    rule.check({
      document,
      subgraph: name,
      graph,
      types,
      report(node, coordinate, message) {
        const { line = 1, column = 1 } = node.loc?.startToken ?? {};
        found.push({ rule: rule.name, severity, message, coordinate, line, column });
      },
    });
  }
  return found.sort((a, b) => a.line - b.line || a.column - b.column);
}
