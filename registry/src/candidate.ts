import type { ParsedSubgraph } from './composition/parse-subgraph.ts';
import type { Config } from './config/schema.ts';
import { compositionStep } from './steps/composition.ts';
import { contractsStep } from './steps/contracts.ts';

/** What steps 2 and 3 make of a candidate. */
export interface ComposedCandidate {
  readonly whole: ReturnType<typeof compositionStep>;
  /** Composed when they are asked for, once. */
  contracts(): ReturnType<typeof contractsStep>;
}

export type ComposeCandidate = (
  parsed: readonly ParsedSubgraph[],
  contracts: Config['contracts'],
) => ComposedCandidate;

/** Composes a candidate: a pure function of its subgraphs and the contracts. */
export const composeCandidate: ComposeCandidate = (parsed, configured) => {
  const whole = compositionStep(parsed);
  let contracts: ReturnType<typeof contractsStep> | undefined;
  return { whole, contracts: () => (contracts ??= contractsStep(parsed, configured)) };
};
