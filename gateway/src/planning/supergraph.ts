import { createHash } from 'node:crypto';
import { type Schema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { type GraphQLSchema, parse } from 'graphql';
import { createTypeRelations, type TypeRelations } from '../execution/type-relations.ts';
import { internalNamesOf, overrideLabelsOf } from './join-directives.ts';
import { requirementsOf } from './requirements.ts';
import type { SplitRules } from './split-fetch.ts';
import { addVirtualFields } from './virtual-fields.ts';

/** A supergraph SDL with everything that planning and execution ask of it. */
export interface LoadedSupergraph {
  readonly id: string;
  readonly apiSchema: GraphQLSchema;
  /** The planner's own form of the API schema, on which operations are built. */
  readonly planningSchema: Schema;
  readonly planner: QueryPlanner;
  readonly types: TypeRelations;
  readonly subgraphs: readonly { readonly name: string; readonly url: string | undefined }[];
  readonly overrideLabels: readonly string[];
  readonly internalNames: ReadonlySet<string>;
  /** How plans are corrected before they are compiled. */
  readonly rules: SplitRules;
}

/**
 * The original has been validated; in the other a field may stay @external for nobody's use, now that
 * a virtual one is required in its place.
 */
const withoutValidation = { validateSupergraph: false };

/** Throws what is wrong with it when the SDL is no supergraph. */
export function loadSupergraph(sdl: string): LoadedSupergraph {
  const document = parse(sdl, { noLocation: true });
  const supergraph = Supergraph.build(sdl);
  const virtual = addVirtualFields(document);
  const isPlain = virtual.byName.size === 0;
  const planned = isPlain ? supergraph : Supergraph.build(virtual.supergraph, withoutValidation);
  return {
    id: createHash('sha256').update(sdl).digest('hex').slice(0, 16),
    apiSchema: supergraph.apiSchema().toGraphQLJSSchema(),
    planningSchema: planned.apiSchema(),
    planner: new QueryPlanner(planned, { reuseQueryFragments: false }),
    types: createTypeRelations(supergraph.schema.toGraphQLJSSchema()),
    subgraphs: supergraph.subgraphsMetadata().map(({ name, url }) => ({ name, url: url || undefined })),
    overrideLabels: overrideLabelsOf(document),
    internalNames: internalNamesOf(document),
    rules: { requirements: requirementsOf(virtual.supergraph), virtualFields: virtual.byName },
  };
}
