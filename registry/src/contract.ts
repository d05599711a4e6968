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
 * A contract only hides, so every query that it leaves is one that the whole graph can answer, and what it puts on a subgraph is
 * `@inaccessible` where there was none. Searching for queries that nobody can answer is half of a composition, and that with what a subgraph is by
 * itself (names that are there once, directives that fit where they stand) was done for the whole.
 */
const doneForTheWhole = {
  disableValidationRules: [
    'SatisfiabilityRule',
    'OnlyInterfaceImplementationRule',
    'LoneSchemaDefinitionRule',
    'UniqueOperationTypesRule',
    'UniqueTypeNamesRule',
    'UniqueEnumValueNamesRule',
    'UniqueFieldDefinitionNamesRule',
    'UniqueArgumentDefinitionNamesRule',
    'KnownDirectivesRule',
    'UniqueDirectivesPerLocationRule',
    'KnownArgumentNamesOnDirectivesRule',
    'UniqueArgumentNamesRule',
    'UniqueInputFieldNamesRule',
    'UniqueDirectiveNamesRule',
    'ProvidedRequiredArgumentsOnDirectivesRule',
    'ProvidedArgumentsOnDirectivesRule',
  ],
};

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
