import { duplicates, ownErrors } from '../composition/own-errors.ts';
import { type ParsedSubgraph, parseSubgraph } from '../composition/parse-subgraph.ts';
import type { CompositionError, Subgraph } from '../composition/subgraph.ts';
import { count, type StepReport } from './step.ts';

/** Every subgraph parsed, or the errors of each. */
export type BuildResult = { report: StepReport; parsed: ParsedSubgraph[]; errors: CompositionError[] };

/**
 * Step 1: each subgraph for itself is valid. Only changed subgraphs are held against the federation
 * rules here; composition repeats them for all.
 */
export function buildStep(subgraphs: readonly Subgraph[], changed: ReadonlySet<string>): BuildResult {
  const results = subgraphs.map(parseSubgraph);
  const parsed = results.flatMap((result) => (result.status === 'parsed' ? result.subgraph : []));
  const errors = [
    ...results.flatMap((result) => (result.status === 'failed' ? result.error : [])),
    ...duplicates(subgraphs),
    ...parsed.filter(({ name }) => changed.has(name)).flatMap(ownErrors),
  ];
  const report: StepReport =
    errors.length > 0
      ? { name: 'build', status: 'failed', summary: count(errors.length, 'error') }
      : { name: 'build', status: 'passed', summary: count(parsed.length, 'subgraph') };
  return { report, parsed, errors };
}
