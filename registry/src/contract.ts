import { composeSchemaContract } from '@theguild/federation-composition';
import { type Composition, fromResult } from './compose.ts';
import { thrownError, toService } from './composition/own-errors.ts';
import type { ParsedSubgraph } from './composition/parse-subgraph.ts';

/** What a contract shows: parts with one of the `include` tags (all parts, if none), minus `exclude`. */
export type ContractFilter = { include: string[]; exclude: string[]; removeUnreachableTypes: boolean };

/** Composes the view of the graph that a contract gives. */
export function composeContract(parsed: readonly ParsedSubgraph[], filter: ContractFilter): Composition {
  const tags = { include: new Set(filter.include), exclude: new Set(filter.exclude) };
  try {
    const result = composeSchemaContract(parsed.map(toService), tags, filter.removeUnreachableTypes);
    return fromResult(result, parsed);
  } catch (cause) {
    return { status: 'failed', errors: [thrownError(cause)] };
  }
}
