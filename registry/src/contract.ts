import {
  addInaccessibleToUnreachableTypes,
  applyTagFilterOnSubgraphs,
  type CompositionResult,
  composeServices,
  extractLinkImplementations,
} from '@theguild/federation-composition';
import { type Composition, fromResult } from './compose.ts';
import { thrownError, toService } from './composition/own-errors.ts';
import type { ParsedSubgraph } from './composition/parse-subgraph.ts';

/** What a contract shows: parts with one of the `include` tags (all parts, if none), minus `exclude`. */
export type ContractFilter = { include: string[]; exclude: string[]; removeUnreachableTypes: boolean };

/**
 * A contract only hides, so every query that it leaves is one that the whole graph can answer. Searching for
 * queries that nobody can answer is half of a composition, and was done for the whole.
 */
const doneForTheWhole = { disableValidationRules: ['SatisfiabilityRule'] };

/** Composes the view that a contract gives of a graph which composes as a whole. */
export function composeContract(parsed: readonly ParsedSubgraph[], filter: ContractFilter): Composition {
  try {
    return fromResult(compose(parsed, filter), parsed);
  } catch (cause) {
    return { status: 'failed', errors: [thrownError(cause)] };
  }
}

function compose(parsed: readonly ParsedSubgraph[], filter: ContractFilter): CompositionResult {
  const tags = { include: new Set(filter.include), exclude: new Set(filter.exclude) };
  const services = applyTagFilterOnSubgraphs(parsed.map(toService), tags);
  const result = composeServices(services, doneForTheWhole);
  if (result.errors || !filter.removeUnreachableTypes) return result;
  const { resolveImportName } = extractLinkImplementations(result.supergraphDocumentNode);
  return addInaccessibleToUnreachableTypes(resolveImportName, result);
}
