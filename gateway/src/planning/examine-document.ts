import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
} from 'graphql';
import { type LoadedSupergraph, loadSupergraph } from './supergraph.ts';
import { introspect } from './introspect.ts';
import { problemOf } from './invalid-document.ts';
import { nameFetches } from './name-fetches.ts';
import { normaliseOperation } from './normalise.ts';
import type { Plan } from './plan.ts';
import { PlanFailure } from './plan-failure.ts';
import { createProver } from './prove/prove.ts';
import type { CellSource, DocumentQuestion, Findings, PlannedOperation } from './question.ts';
import { selectOperation } from './select-operation.ts';
import { createValidateDocument } from './validate/validate-document.ts';

/** A planner: from one normalised operation with its fragments to a plan that nobody has judged yet. */
export type PlanNow = (document: DocumentNode, labels: readonly string[]) => Plan;

/** @throws PlanFailure when there is no plan that is believed */
export type ExamineDocument = (question: DocumentQuestion) => Findings;

/**
 * All that takes time with a document that nobody knows, in one go: validated, normalised, planned, proven. Made for a
 * planner's cell, so that the thread that serves does none of it.
 */
export function createExamineDocument(
  { allowsIntrospection, sdl }: CellSource,
  createPlanning: (supergraph: LoadedSupergraph) => readonly PlanNow[],
): ExamineDocument {
  const supergraph = loadSupergraph(sdl);
  const ways = createPlanning(supergraph);
  const validate = createValidateDocument(supergraph.apiSchema, allowsIntrospection);
  const prover = createProver(supergraph);

  function planned(document: DocumentNode, operationName: string | undefined, labels: readonly string[]) {
    const { operation, fragments } = selectOperation(document, operationName);
    const normal = normaliseOperation(operation, fragments, supergraph.internalNames);
    const { found, proofMs } = isEmpty(normal.document)
      ? { found: {}, proofMs: 0 }
      : provenPlan(normal.document, labels);
    const plan = nameFetches(found, operation.name?.value);
    const { clientVariables, dataKeys, derived } = normal;
    return {
      kind: 'planned',
      plan,
      dataKeys,
      clientVariables,
      derived,
      proofMs,
    } satisfies PlannedOperation;
  }

  /** The first plan that is believed. */
  function provenPlan(operation: DocumentNode, labels: readonly string[]) {
    const judge = prover.prepare(operation, labels);
    let failure = new PlanFailure('unplannable', 'There is no way of planning');
    for (const planNow of ways) {
      try {
        const found = planNow(operation, labels);
        const startedMs = performance.now();
        const wrong = judge(found);
        if (wrong === undefined) return { found, proofMs: performance.now() - startedMs };
        failure = new PlanFailure('unproven', wrong);
      } catch (error) {
        if (!(error instanceof PlanFailure)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  return ({ introspectWith, isPlanWanted, isValid, labels, operationName, text }) => {
    const document = parse(text);
    if (introspectWith) {
      const data = introspect(supergraph.apiSchema, document, operationName, introspectWith);
      return { kind: 'introspected', data };
    }
    const errors = isValid ? [] : validate(document, text);
    if (errors.length > 0) return { kind: 'invalid', problems: errors.map(problemOf) };
    if (!isPlanWanted) return { kind: 'valid' };
    try {
      return planned(document, operationName, labels);
    } catch (error) {
      if (error instanceof GraphQLError) return { kind: 'invalid', problems: [problemOf(error)] };
      throw error;
    }
  };
}

/** Everything may be under a constant @skip, or about types: then nothing is fetched. */
function isEmpty({ definitions }: DocumentNode): boolean {
  const [operation] = definitions as [OperationDefinitionNode];
  const asks = (selections: readonly SelectionNode[]): boolean =>
    selections.some((selection) => {
      if (selection.kind === Kind.FIELD) return selection.name.value !== '__typename';
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT
          ? selection
          : definitions.find((one) => 'name' in one && one.name?.value === selection.name.value);
      return fragment !== undefined && 'selectionSet' in fragment && asks(fragment.selectionSet.selections);
    });
  return !asks(operation.selectionSet.selections);
}
