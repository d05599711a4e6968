import type { Report } from './report.ts';
import { type Lack, type StepName, type StepReport, skipped, stepNames } from './steps/step.ts';

/** Why the steps that did not run did not. */
export type Rest = { because: string; lack?: Lack };

/**
 * Fills in the steps that did not run and draws the one verdict. A step that was required and could not
 * judge fails it.
 */
export function finish(
  report: Report,
  ran: readonly StepReport[],
  rest: Rest,
  required: readonly StepName[] = [],
): Report {
  const byName = new Map<StepName, StepReport>(ran.map((step) => [step.name, step]));
  const steps = stepNames.map((name) => byName.get(name) ?? skipped(name, rest.because, rest.lack));
  const missed = steps.filter(
    (step) => step.status === 'skipped' && step.lack && required.includes(step.name),
  );
  const failed = missed.length > 0 || steps.some(({ status }) => status === 'failed');
  return {
    ...report,
    steps,
    verdict: failed ? 'failed' : 'passed',
    notJudged: steps.flatMap((step) =>
      step.status === 'skipped' && step.lack === 'ground' ? step.name : [],
    ),
    missed: missed.map(({ name }) => name),
  };
}

/** The verdict in words, with what it does not cover. */
export function verdictText({ verdict, notJudged, missed }: Report): string {
  const open = notJudged.filter((name) => !missed.includes(name));
  const parts = [
    missed.length > 0 ? `${missed.join(', ')} required but not judged` : '',
    open.length > 0 ? `${open.join(', ')} not judged` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? `${verdict} (${parts.join('; ')})` : verdict;
}
