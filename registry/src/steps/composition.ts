import { type Composition, composeParsed } from '../compose.ts';
import type { ParsedSubgraph } from '../composition/parse-subgraph.ts';
import { count, type StepReport } from './step.ts';

/** Step 2: the subgraphs fit together. */
export function compositionStep(parsed: readonly ParsedSubgraph[]): {
  report: StepReport;
  composition: Composition;
} {
  const composition = composeParsed(parsed);
  const report: StepReport =
    composition.status === 'failed'
      ? { name: 'composition', status: 'failed', summary: count(composition.errors.length, 'error') }
      : { name: 'composition', status: 'passed', summary: `${count(parsed.length, 'subgraph')} composed` };
  return { report, composition };
}
