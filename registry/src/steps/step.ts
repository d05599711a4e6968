/** The steps of a check, in the order in which they run. */
export const stepNames = [
  'build',
  'composition',
  'contracts',
  'changes',
  'usage',
  'documents',
  'lint',
  'policy',
] as const;

export type StepName = (typeof stepNames)[number];

/** How one step ended. A step that could not run says why; silence would look like success. */
export type StepReport =
  | { name: StepName; status: 'passed' | 'warned' | 'failed'; summary: string }
  | { name: StepName; status: 'skipped'; because: string; lack?: Lack };

/**
 * What a skipped step would have needed: `ground` (a baseline, usage data) leaves a question open,
 * `configuration` means that nobody asked it. Without a lack there was nothing to judge.
 */
export type Lack = 'ground' | 'configuration';

/** A step that did not run. */
export function skipped(name: StepName, because: string, lack?: Lack): StepReport {
  return { name, status: 'skipped', because, ...(lack && { lack }) };
}

/** "1 change", "2 changes": summaries are read by people. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
