import { type DocumentNode, parse, print } from 'graphql';
import type { Plan } from '../plan.ts';
import type { CellSource } from '../question.ts';
import type { LoadedSupergraph } from '../../supergraph/schema/supergraph.ts';
import { createExamineDocument, type ExamineDocument, type PlanNow } from '../cell/examine-document.ts';
import { PlanFailure } from '../plan-failure.ts';
import { planOfHive } from './convert.ts';
import { loadHive } from './load.ts';
import { setNeedsApart } from './needs.ts';
import { createStagedPlanning } from './plan-in-stages.ts';

/**
 * Hive reads `percent(n)` as its own dice, and has them on where the number thrown is below n. Which are on has been
 * decided before (override-labels.ts), so they are told as labels of another form.
 */
const percentLabel = /percent\(/g;
const plainLabel = 'share(';

/** Hive Router's planner: native. Throws when the binary does not load or the supergraph is not to its liking. */
export function createHiveExamining(source: CellSource): ExamineDocument {
  return createExamineDocument(source, (supergraph) => createHivePlanning(source.sdl, supergraph));
}

/** Two ways: in one go, and in stages what is not planned provably so. */
function createHivePlanning(supergraphSdl: string, supergraph: LoadedSupergraph): PlanNow[] {
  const document = parse(withPlainLabels(supergraphSdl), { noLocation: true });
  const planText = createPlanText(document);
  let inStages: PlanNow | undefined;
  return [
    (operation, labels) => planText(print(operation), labels),
    (operation, labels) => {
      inStages ??= createPlanningInStages(document, supergraph);
      return inStages(operation, labels);
    },
  ];
}

function createPlanningInStages(document: DocumentNode, supergraph: LoadedSupergraph): PlanNow {
  const needs = setNeedsApart(document, supergraph.fullSchema.getQueryType()?.name ?? 'Query');
  return createStagedPlanning(needs, supergraph, createPlanText(needs.supergraph));
}

type PlanText = (text: string, labels: readonly string[]) => Plan;

function createPlanText(supergraph: DocumentNode): PlanText {
  const native = loadHive();
  if (native instanceof Error) throw native;
  const planner = new native.QueryPlanner(print(supergraph));
  return (text, labels) => {
    try {
      return planOfHive(planner.plan(text, null, new Set(labels.map(plain)), 100));
    } catch (error) {
      if (error instanceof PlanFailure) throw error;
      throw new PlanFailure('unplannable', String(error), { cause: error });
    }
  };
}

function plain(label: string): string {
  return label.replace(percentLabel, plainLabel);
}

function withPlainLabels(sdl: string): string {
  return sdl.replace(/overrideLabel: "percent\(/g, `overrideLabel: "${plainLabel}`);
}
