import type { Composition } from '../compose.ts';
import { accessChanges } from './access.ts';
import type { Change } from './change.ts';
import { bySeriousness, diffSchemas } from './diff-schemas.ts';

type Composed = Composition & { status: 'composed' };

/** Everything that clients see differently between two graphs, what they may ask included; most serious first. */
export async function compareGraphs(before: Composed, after: Composed): Promise<Change[]> {
  const shown = before.apiSdl === after.apiSdl ? [] : await diffSchemas(before.apiSchema, after.apiSchema);
  return [...shown, ...accessChanges(before, after)].sort(bySeriousness);
}
