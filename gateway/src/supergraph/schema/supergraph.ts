import { createHash } from 'node:crypto';
import { assertValidSchema, buildASTSchema, type DocumentNode, type GraphQLSchema, parse } from 'graphql';
import { createTypeRelations, type TypeRelations } from '../../execution/type-relations.ts';
import { apiDocumentOf } from './api-document.ts';
import { featuresOf } from './features.ts';
import { interfaceObjectsOf, internalNamesOf, overrideLabelsOf, subgraphsOf } from './join-directives.ts';

/** A supergraph SDL with everything that planning and execution ask of it. */
export interface LoadedSupergraph {
  readonly id: string;
  readonly document: DocumentNode;
  readonly apiSchema: GraphQLSchema;
  /** With what clients cannot see. */
  readonly fullSchema: GraphQLSchema;
  readonly types: TypeRelations;
  readonly subgraphs: readonly { readonly name: string; readonly url: string | undefined }[];
  readonly overrideLabels: readonly string[];
  readonly internalNames: ReadonlySet<string>;
  /** Interfaces that some subgraph sees as one object type. */
  readonly interfaceObjects: ReadonlySet<string>;
}

/**
 * Reads a supergraph by its SDL alone: `@apollo/federation-internals` takes a quarter of a second for it, at each start
 * and of each reload. A test holds that both see the same schema.
 * @throws Error with what is wrong when the SDL is no supergraph
 */
export function loadSupergraph(sdl: string): LoadedSupergraph {
  const document = parse(sdl, { noLocation: true });
  const features = featuresOf(document);
  const fullSchema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
  const apiSchema = buildASTSchema(apiDocumentOf(document, features), { assumeValidSDL: true });
  assertValidSchema(apiSchema);
  return {
    id: createHash('sha256').update(sdl).digest('hex').slice(0, 16),
    document,
    apiSchema,
    fullSchema,
    types: createTypeRelations(fullSchema),
    subgraphs: subgraphsOf(document),
    overrideLabels: overrideLabelsOf(document),
    internalNames: internalNamesOf(document),
    interfaceObjects: interfaceObjectsOf(document),
  };
}
