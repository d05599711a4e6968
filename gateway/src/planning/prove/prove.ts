import { type DocumentNode, type FragmentDefinitionNode, Kind, type OperationDefinitionNode } from 'graphql';
import type { LoadedSupergraph } from '../supergraph.ts';
import type { Plan } from '../plan.ts';
import { requireAnswers } from './answers.ts';
import { always } from './conditions.ts';
import { subgraphFactsOf } from './facts.ts';
import { requireOrder } from './mutations.ts';
import { createReader } from './read-text.ts';
import { createEntry, Unproven } from './state.ts';
import { refuseUnasked } from './unasked.ts';
import { createWalk } from './walk.ts';

/** What a plan is taken for wrong for, or nothing. */
export type Judge = (plan: Plan) => string | undefined;

export interface Prover {
  /** The judge of plans for one normalised operation under some labels of `@override(label:)`. */
  prepare(operation: DocumentNode, labels: readonly string[]): Judge;
}

/**
 * Follows a plan without data and notes what each step brings, for each type that an object may be of and under each
 * condition. Proven is what subgraphs can be asked as the supergraph says, and what brings all that was selected. It
 * knows nothing of who made the plan.
 */
export function createProver({
  document,
  fullSchema,
  apiSchema,
  types,
  interfaceObjects,
}: LoadedSupergraph): Prover {
  const subgraphs = subgraphFactsOf(document);
  const { isSubtype } = types;
  return {
    prepare(operation, labels) {
      const { definition, fragments } = partsOf(operation);
      const { selections } = definition.selectionSet;
      const root = fullSchema.getRootType(definition.operation);
      const visibleRoot = apiSchema.getRootType(definition.operation);
      return (plan: Plan) => {
        if (!root || !visibleRoot) return `There is no ${definition.operation} type`;
        const entry = createEntry(root.name);
        const readText = createReader();
        const walk = createWalk({ entry, subgraphs, labels: new Set(labels), isSubtype, readText });
        try {
          if (plan.primary) walk(plan.primary);
          if (plan.node) walk(plan.node);
          if (definition.operation === 'mutation') requireOrder(plan.node, selections, fragments, readText);
          requireAnswers({ entry, when: always }, visibleRoot, selections, {
            schema: apiSchema,
            fragments,
            isSubtype,
            interfaceObjects,
          });
          refuseUnasked(entry);
          return undefined;
        } catch (error) {
          if (error instanceof Unproven) return error.message;
          throw error;
        }
      };
    },
  };
}

function partsOf({ definitions }: DocumentNode) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  }
  return { definition: definitions[0] as OperationDefinitionNode, fragments };
}
