import type { OperationDefinitionNode } from 'graphql';
import type { LoadedSupergraph } from '../../supergraph/schema/supergraph.ts';
import type { Plan } from '../plan.ts';
import { requireAnswers } from './answers.ts';
import { subgraphFactsOf } from './facts.ts';
import { requireOrder } from './mutations.ts';
import type { ReadText } from './read-text.ts';
import { createEntry, Unproven } from './state.ts';
import { refuseUnasked } from './unasked.ts';
import { createWalk } from './walk.ts';

/** What a plan is taken for wrong for, or nothing. */
export type Judge = (plan: Plan, readText: ReadText) => string | undefined;

export interface Prover {
  /** The judge of plans for one simplified operation under some labels of `@override(label:)`. */
  prepare(operation: OperationDefinitionNode, labels: readonly string[]): Judge;
}

/**
 * Follows a plan without data and notes what each step brings, for each type that an object may be of. Proven is what
 * subgraphs can be asked as the supergraph says, and what brings all that was selected. It knows nothing of who made the
 * plan.
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
  const question = { schema: apiSchema, isSubtype, interfaceObjects };
  return {
    prepare({ operation: kind, selectionSet: { selections } }, labels) {
      const root = fullSchema.getRootType(kind);
      const visibleRoot = apiSchema.getRootType(kind);
      return (plan, readText) => {
        if (!root || !visibleRoot) return `There is no ${kind} type`;
        const entry = createEntry(root.name);
        const walk = createWalk({ entry, subgraphs, labels: new Set(labels), isSubtype, readText });
        try {
          if (plan.primary) walk(plan.primary);
          if (plan.node) walk(plan.node);
          if (kind === 'mutation') requireOrder(plan.node, selections, readText);
          requireAnswers(entry, visibleRoot, selections, question);
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
