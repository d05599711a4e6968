import { type CompositionError } from '../composition/subgraph.ts';
import type { ParsedSubgraph } from '../composition/parse-subgraph.ts';
import type { Config } from '../config/schema.ts';
import { composeContract } from '../contract.ts';
import type { Composition } from '../compose.ts';
import { count, skipped, type StepReport } from './step.ts';

/** The compositions of every contract, by name. */
export type Contracts = ReadonlyMap<string, Composition>;

/** Step 3: every contract (a view of the graph by `@tag`) composes as well. */
export function contractsStep(
  parsed: readonly ParsedSubgraph[],
  configured: Config['contracts'],
): { report: StepReport; contracts: Contracts; errors: CompositionError[] } {
  const contracts = composeContracts(parsed, configured);
  const errors = [...contracts].flatMap(([name, one]) =>
    one.status === 'failed'
      ? one.errors.map((error) => ({ ...error, message: `Contract "${name}": ${error.message}` }))
      : [],
  );
  if (contracts.size === 0)
    return { report: skipped('contracts', 'no contract is configured', 'configuration'), contracts, errors };
  const report: StepReport =
    errors.length > 0
      ? { name: 'contracts', status: 'failed', summary: count(errors.length, 'error') }
      : { name: 'contracts', status: 'passed', summary: [...contracts.keys()].join(', ') };
  return { report, contracts, errors };
}

/** Composes every configured contract. */
export function composeContracts(
  parsed: readonly ParsedSubgraph[],
  configured: Config['contracts'],
): Map<string, Composition> {
  return new Map(
    Object.entries(configured).map(([name, contract]) => [name, composeContract(parsed, contract)]),
  );
}
