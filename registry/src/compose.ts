import {
  type CompositionResult,
  type CompositionSuccess,
  composeServices,
  transformSupergraphToPublicSchema,
} from '@theguild/federation-composition';
import {
  buildASTSchema,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  parse,
  print,
} from 'graphql';
import { badLinks } from './composition/link-identifiers.ts';
import { doubleOverrides } from './composition/double-override.ts';
import { fixFor } from './composition/fixes.ts';
import { overriddenDependents } from './composition/override-collision.ts';
import { type ParsedSubgraph, parseSubgraph } from './composition/parse-subgraph.ts';
import { providedWithoutSharing } from './composition/provided-sharing.ts';
import { type CompositionError, fileOf, type Subgraph } from './composition/subgraph.ts';
import { toCompositionError } from './composition/to-error.ts';
import { duplicates, ownErrors, thrownError, toService } from './composition/own-errors.ts';
import { indexCoordinates } from './locate/coordinate-index.ts';

/** What composing gives: a supergraph and the schema that clients see, or every error found. */
export type Composition =
  | {
      status: 'composed';
      supergraphSdl: string;
      supergraph: DocumentNode;
      /** The schema of the graph as a client sees it: no join machinery, nothing inaccessible. */
      apiSdl: string;
      apiSchema: GraphQLSchema;
    }
  | { status: 'failed'; errors: CompositionError[] };

/**
 * Composes subgraphs into one supergraph. All errors come back at once: syntax errors of every
 * file and, when those or federation rules fail, the errors of every single subgraph.
 */
export function composeSubgraphs(subgraphs: readonly Subgraph[]): Composition {
  const results = subgraphs.map(parseSubgraph);
  const parsed = results.flatMap((result) => (result.status === 'parsed' ? result.subgraph : []));
  const failures = results.flatMap((result) => (result.status === 'failed' ? result.error : []));
  const early = [...duplicates(subgraphs), ...failures];
  if (early.length > 0) return { status: 'failed', errors: [...early, ...parsed.flatMap(ownErrors)] };
  return composeParsed(parsed);
}

/** The same for subgraphs that are parsed already and have different names. */
export function composeParsed(parsed: readonly ParsedSubgraph[]): Composition {
  if (parsed.length === 0) return { status: 'failed', errors: [noSubgraphs()] };
  try {
    return fromResult(composeServices(parsed.map(toService)), parsed);
  } catch (cause) {
    const errors = parsed.flatMap(ownErrors);
    return { status: 'failed', errors: errors.length > 0 ? errors : [thrownError(cause)] };
  }
}

/** Wraps a result of the composition library, contracts included. */
export function fromResult(result: CompositionResult, parsed: readonly ParsedSubgraph[]): Composition {
  if (result.errors) {
    const errors = [...toErrors(result.errors, parsed), ...parsed.flatMap(ownErrors)];
    return { status: 'failed', errors: withoutRepeats(errors) };
  }
  const missed = [
    ...parsed.flatMap(badLinks),
    ...doubleOverrides(parsed),
    ...overriddenDependents(parsed),
    ...providedWithoutSharing(parsed),
  ];
  return missed.length > 0 ? { status: 'failed', errors: missed } : composed(result);
}

/** A supergraph that was composed before, as the store keeps it: reading it is much cheaper than composing. */
export function fromSupergraph(supergraphSdl: string): Composition & { status: 'composed' } {
  const supergraphDocumentNode = parse(supergraphSdl, { noLocation: true });
  const publicDocumentNode = transformSupergraphToPublicSchema(supergraphDocumentNode);
  return composed({
    supergraphDocumentNode,
    supergraphSdl,
    publicDocumentNode,
    publicSdl: print(publicDocumentNode),
  });
}

/** Printing and building are put off until somebody reads them: a check of an unchanged graph needs neither. */
function composed(result: CompositionSuccess): Composition & { status: 'composed' } {
  let schema: GraphQLSchema | undefined;
  return {
    status: 'composed',
    supergraph: result.supergraphDocumentNode,
    get supergraphSdl() {
      return result.supergraphSdl;
    },
    get apiSdl() {
      return result.publicSdl;
    },
    get apiSchema() {
      schema ??= buildASTSchema(result.publicDocumentNode, { assumeValidSDL: true });
      return schema;
    },
  };
}

function toErrors(errors: readonly GraphQLError[], parsed: readonly ParsedSubgraph[]): CompositionError[] {
  const located = parsed.map((one) => ({ ...one, index: indexCoordinates(one.typeDefs, fileOf(one)) }));
  return errors.map((error) => toCompositionError(error, located));
}

function withoutRepeats(errors: readonly CompositionError[]): CompositionError[] {
  return [...new Map(errors.map((error) => [`${error.subgraph}\0${error.message}`, error])).values()];
}

function noSubgraphs(): CompositionError {
  return { code: 'NO_SUBGRAPHS', message: 'There is no subgraph to compose.', fix: fixFor('NO_SUBGRAPHS') };
}
