import type { GraphQLSchema } from 'graphql';
import type { StoredOperation } from '../documents/read.ts';
import { type DocumentProblem, validateOperations } from '../documents/validate.ts';
import { count, skipped, type StepReport } from './step.ts';

/** Step 6: the stored client operations are still valid. The schemas are asked for only if there are any. */
export function documentsStep(
  operations: readonly StoredOperation[] | undefined,
  schemas: () => { after: GraphQLSchema; before: GraphQLSchema | undefined },
): { report: StepReport; problems: DocumentProblem[] } {
  if (operations === undefined)
    return { report: skipped('documents', 'no documents are configured', 'configuration'), problems: [] };
  if (operations.length === 0)
    return {
      report: skipped('documents', 'the configured globs match no operation', 'ground'),
      problems: [],
    };
  const { after, before } = schemas();
  const problems = validateOperations(operations, after, before);
  const fresh = problems.filter(({ isNew }) => isNew);
  const report: StepReport =
    problems.length === 0
      ? { name: 'documents', status: 'passed', summary: `${count(operations.length, 'operation')} valid` }
      : {
          name: 'documents',
          status: fresh.length > 0 ? 'failed' : 'warned',
          summary: `${fresh.length} newly broken, ${problems.length - fresh.length} broken before`,
        };
  return { report, problems };
}
