import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { Kind, parse } from 'graphql';
import { createExamineDocument, type ExamineDocument, type PlanNow } from '../cell/examine-document.ts';
import { overrideLabelsOf } from '../../supergraph/schema/join-directives.ts';
import { PlanFailure } from '../plan-failure.ts';
import type { CellSource } from '../question.ts';
import { planOfApollo } from './convert.ts';

/**
 * Apollo's planner, its plans as they come: what it plans wrongly is refused by the checker. (Two needs of one field with
 * other arguments, for instance, it fetches under one key.)
 */
export function createApolloExamining(source: CellSource, maxEvaluatedPlans: number): ExamineDocument {
  return createExamineDocument(source, () => [createApolloPlanning(source.sdl, maxEvaluatedPlans)]);
}

/** Throws a PlanFailure whatever goes wrong in it. */
function createApolloPlanning(sdl: string, maxEvaluatedPlans: number): PlanNow {
  const supergraph = Supergraph.build(sdl);
  const planner = new QueryPlanner(supergraph, { reuseQueryFragments: false, debug: { maxEvaluatedPlans } });
  const schema: Schema = supergraph.apiSchema();
  const allLabels = overrideLabelsOf(parse(sdl, { noLocation: true }));
  return (definition, labels) => {
    try {
      const operation = operationFromDocument(schema, { kind: Kind.DOCUMENT, definitions: [definition] });
      return planOfApollo(
        planner.buildQueryPlan(operation, {
          overrideConditions: new Map(allLabels.map((label) => [label, labels.includes(label)])),
        }),
      );
    } catch (error) {
      if (error instanceof PlanFailure) throw error;
      throw new PlanFailure('unplannable', String(error), { cause: error });
    }
  };
}
