import { createHash } from 'node:crypto';
import { Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { type GraphQLSchema, parse } from 'graphql';
import { createTypeRelations, type TypeRelations } from '../execution/type-relations.ts';
import { internalNamesOf, overrideLabelsOf } from './join-directives.ts';
import type { Planning } from './plan-operation.ts';
import { requirementsOf } from './requirements.ts';
import type { SplitRules } from './split-fetch.ts';
import { addVirtualFields } from './virtual-fields.ts';

/** A supergraph SDL with everything that planning and execution ask of it. */
export interface LoadedSupergraph {
  readonly id: string;
  readonly apiSchema: GraphQLSchema;
  /** Made at the first call: a process that plans in a thread never makes one of its own. */
  readonly planning: () => Planning;
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
  const overrideLabels = overrideLabelsOf(document);
  let planning: Planning | undefined;
  return {
    id: createHash('sha256').update(sdl).digest('hex').slice(0, 16),
    apiSchema: supergraph.apiSchema().toGraphQLJSSchema(),
    planning: () =>
      (planning ??= {
        planner: new QueryPlanner(planned, { reuseQueryFragments: false }),
        schema: planned.apiSchema(),
        overrideLabels,
      }),
    types: createTypeRelations(supergraph.schema.toGraphQLJSSchema()),
    subgraphs: supergraph.subgraphsMetadata().map(({ name, url }) => ({ name, url: url || undefined })),
    overrideLabels,
    internalNames: internalNamesOf(document),
    rules: { requirements: requirementsOf(virtual.supergraph), virtualFields: virtual.byName },
  };
}
