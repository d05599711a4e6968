import { operationFromDocument, type Schema, Supergraph } from '@apollo/federation-internals';
import { QueryPlanner } from '@apollo/query-planner';
import { parse } from 'graphql';
import { overrideLabelsOf } from '../join-directives.ts';
import { PlanFailure } from '../plan-failure.ts';
import type { CellSource } from '../question.ts';
import { createExamineDocument, type ExamineDocument, type PlanNow } from '../examine-document.ts';
import { planOfApollo } from './convert.ts';
import { withRealNames } from './real-names.ts';
import { requirementsOf } from './requirements.ts';
import { addVirtualFields } from '../virtual-fields.ts';

/**
 * The original has been validated; in the other a field may stay @external for nobody's use, now that
 * a virtual one is required in its place.
 */
const withoutValidation = { validateSupergraph: false };

/** Apollo's planner with every correction of its plans. */
export function createApolloExamining(source: CellSource, maxEvaluatedPlans: number): ExamineDocument {
  return createExamineDocument(source, () => [createApolloPlanning(source.sdl, maxEvaluatedPlans)]);
}

/** Throws a PlanFailure whatever goes wrong in it. */
function createApolloPlanning(sdl: string, maxEvaluatedPlans: number): PlanNow {
  const document = parse(sdl, { noLocation: true });
  const virtual = addVirtualFields(document);
  const isPlain = virtual.byName.size === 0;
  const planned = isPlain ? Supergraph.build(sdl) : Supergraph.build(virtual.supergraph, withoutValidation);
  const planner = new QueryPlanner(planned, { reuseQueryFragments: false, debug: { maxEvaluatedPlans } });
  const schema: Schema = planned.apiSchema();
  const allLabels = overrideLabelsOf(document);
  const requirements = requirementsOf(virtual.supergraph);
  const rules = { requirements, virtualFields: virtual.byName };
  return (operationDocument, labels) => {
    try {
      const operation = operationFromDocument(schema, operationDocument);
      const found = planner.buildQueryPlan(operation, {
        overrideConditions: new Map(allLabels.map((label) => [label, labels.includes(label)])),
      });
      const corrected = withRealNames(found, rules);
      return planOfApollo(corrected, (name) => virtual.byName.get(name)?.realName ?? name);
    } catch (error) {
      if (error instanceof PlanFailure) throw error;
      throw new PlanFailure('unplannable', String(error), { cause: error });
    }
  };
}
