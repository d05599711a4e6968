import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionNode,
} from 'graphql';
import { finishPlan } from './finish-plan.ts';
import { introspect } from '../../execution/introspect.ts';
import { problemOf } from '../../validation/invalid-document.ts';
import { normaliseOperation } from './normalise.ts';
import type { Plan } from '../plan.ts';
import { PlanFailure } from '../plan-failure.ts';
import { createProver } from '../prove/prove.ts';
import { createReader } from '../prove/read-text.ts';
import type { CellSource, DocumentQuestion, Findings, PlannedOperation } from '../question.ts';
import { selectOperation } from '../../operation/documents/select-operation.ts';
import { simplifyOperation } from './simplify.ts';
import { type LoadedSupergraph, loadSupergraph } from '../../supergraph/schema/supergraph.ts';
import { createValidateDocument } from '../../validation/validate-document.ts';

/** A planner: from one simplified operation to a plan that nobody has judged yet. */
export type PlanNow = (operation: OperationDefinitionNode, labels: readonly string[]) => Plan;

/** @throws PlanFailure when there is no plan that is believed */
export type ExamineDocument = (question: DocumentQuestion) => Findings;

/**
 * All that takes time with a document that nobody knows, in one go: validated, simplified, planned, proven. Made for a
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

  function planned(
    document: DocumentNode,
    { labels, operationName, switchesOn, waysTried = 0 }: DocumentQuestion,
  ): PlannedOperation {
    const { operation, fragments } = selectOperation(document, operationName);
    const simple = simplifyOperation(operation, fragments, new Set(switchesOn), supergraph);
    const normal = normaliseOperation(simple, supergraph.internalNames);
    const { clientVariables, dataKeys } = normal;
    const found = asksNothing(simple.selectionSet.selections)
      ? { plan: {}, proofMs: 0 }
      : provenPlan(normal.operation, labels, ways.slice(waysTried));
    return { kind: 'planned', ...found, dataKeys, clientVariables };
  }

  /** The first plan that is believed. */
  function provenPlan(
    operation: OperationDefinitionNode,
    labels: readonly string[],
    left: readonly PlanNow[],
  ) {
    const judge = prover.prepare(operation, labels);
    const readText = createReader();
    let failure: PlanFailure | undefined;
    for (const planNow of left) {
      try {
        const found = planNow(operation, labels);
        const startedMs = performance.now();
        const wrong = judge(found, readText);
        const proofMs = performance.now() - startedMs;
        if (wrong === undefined) return { plan: finishPlan(found, operation.name?.value, readText), proofMs };
        failure = new PlanFailure('unproven', wrong);
      } catch (error) {
        if (!(error instanceof PlanFailure)) throw error;
        failure = error;
      }
    }
    throw failure ?? new PlanFailure('unplannable', 'There is no way of planning');
  }

  return (question) => {
    const { introspectWith, isPlanWanted, isValid, operationName, text } = question;
    const document = parse(text, { noLocation: true });
    if (introspectWith) {
      const data = introspect(supergraph.apiSchema, document, operationName, introspectWith);
      return { kind: 'introspected', data };
    }
    if (!isValid && validate(document, text).length > 0) {
      // Where in the text its nodes stand costs a fourth of parsing: only what has errors needs it.
      return { kind: 'invalid', problems: validate(parse(text), text).map(problemOf) };
    }
    if (!isPlanWanted) return { kind: 'valid' };
    try {
      return planned(document, question);
    } catch (error) {
      if (error instanceof GraphQLError) return { kind: 'invalid', problems: [problemOf(error)] };
      throw error;
    }
  };
}

/** Everything may be skipped, or about types: then nothing is fetched. */
function asksNothing(selections: readonly SelectionNode[]): boolean {
  return selections.every((one) => one.kind === Kind.FIELD && one.name.value === '__typename');
}
