import type { Example, ParsedExample } from './examples.ts';

/** Runs a query as nobody in particular and answers its data. */
export type RunQuery = (query: string) => Promise<unknown>;

/** Puts the values of each example's `fill` queries into its variables; what finds nothing stays empty. */
export function fillExamples(examples: readonly ParsedExample[], run: RunQuery): Promise<Example[]> {
  const answers = new Map<string, Promise<unknown>>();
  const valueOf = async (query: string): Promise<unknown> => {
    const running = answers.get(query) ?? run(query);
    answers.set(query, running);
    return onlyLeaf(await running);
  };
  return Promise.all(
    examples.map(async ({ fill, variables, ...example }) => {
      const filled = await Promise.all(
        Object.entries(fill).map(async ([name, query]) => [name, (await valueOf(query)) ?? ''] as const),
      );
      const all = { ...JSON.parse(variables), ...Object.fromEntries(filled) };
      return { ...example, variables: JSON.stringify(all, null, 2) };
    }),
  );
}

function onlyLeaf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  for (const part of Object.values(value)) {
    const leaf = onlyLeaf(part);
    if (leaf !== undefined && leaf !== null) return leaf;
  }
  return undefined;
}
