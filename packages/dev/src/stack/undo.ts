/**
 * Undoes what was done, the last first: every step, whatever becomes of the others, for a service that does not stop
 * must leave no database behind. Empties the list, so that a second call has nothing to do.
 * @throws what a step threw; an AggregateError when several did
 */
export async function undoAll(steps: (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps.splice(0).reverse()) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'Several steps of the stop failed.');
}
