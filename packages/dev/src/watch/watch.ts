import { type DatabaseName, databaseNames } from '@murmuration/prisma';
import { type ProcessDefinition, processStages } from '../processes.ts';
import { seconds } from '../report/reporter.ts';
import { repositoryRoot } from '../repository.ts';
import { migrate } from '../stack/stores.ts';
import type { Stack } from '../stack/stack.ts';
import { generate } from '../start/generate.ts';
import { watchChanges } from './changes.ts';
import { assertLoads } from './loads.ts';
import { type Plan, planFor } from './plan.ts';

/** Where code, schemas and migrations are. */
const folders = ['gateway/src', 'subgraphs', 'prisma', 'registry/src', 'packages'];

export interface WatchOptions {
  stack: Pick<Stack, 'restart' | 'compose' | 'databaseUrls'>;
  note: (message: string) => void;
  /** The checkout, and the processes that run from it. */
  root?: string;
  watched?: readonly string[];
  definitions?: readonly ProcessDefinition[];
}

/**
 * Restarts what a change concerns. What does not generate, migrate, compose or load is told, and what runs goes on; the
 * next change tries again.
 * @returns a function that ends it
 */
export function watchSources({
  stack,
  note,
  root = repositoryRoot,
  watched = folders,
  definitions = processStages().flat(),
}: WatchOptions): () => Promise<void> {
  /** What a failed attempt left undone: a later change elsewhere must not make it forgotten. */
  let undone = new Set<string>();

  async function apply(files: readonly string[]): Promise<void> {
    const all = [...new Set([...undone, ...files])];
    const startedAt = performance.now();
    const plan = planFor(root, all, definitions);
    if (isNothing(plan)) return;
    try {
      const { started } = await carryOut(plan);
      undone = new Set();
      note(`  ↻ ${describe(files)}: ${started} (${seconds(performance.now() - startedAt)})`);
    } catch (error) {
      undone = new Set(all);
      note(`  ✗ ${describe(files)}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async function carryOut(plan: Plan): Promise<{ started: string }> {
    if (plan.generate) await generate();
    for (const database of databaseNames.filter((name) => plan.migrate.includes(name))) {
      await migrate(database, stack.databaseUrls[database satisfies DatabaseName]);
    }
    const affected = definitions.filter(({ name }) => plan.restart.includes(name));
    await Promise.all(affected.map(({ module }) => assertLoads(root, module)));
    if (plan.compose) await stack.compose();
    // One after the other in the order of a start: the gateway last.
    for (const { name } of affected) await stack.restart(name);
    const names = affected.map(({ name }) => name).join(', ');
    return { started: names === '' ? 'done' : `restarted ${names}` };
  }

  return watchChanges(root, watched, apply);
}

function isNothing({ compose, generate: isGenerated, migrate: databases, restart }: Plan): boolean {
  return !compose && !isGenerated && databases.length === 0 && restart.length === 0;
}

function describe([first = '', ...more]: readonly string[]): string {
  return more.length === 0 ? first : `${first} and ${more.length} more`;
}
