import type { GraphQLSchema } from 'graphql';
import { composeSubgraphs } from '../compose.ts';
import type { Store } from '../store/store.ts';
import { deprecationOf } from './deprecation.ts';

/** How far back the history is read; a grace period is weeks, not years. */
const versionsRead = 200;

type History = Pick<Store, 'versions' | 'version'>;

/** Asks since when a coordinate is deprecated. */
export type DeprecatedSince = (coordinate: string) => Promise<string | undefined>;

/**
 * Since when the store has a coordinate deprecated, without interruption up to the head. Versions
 * are read only when a removal asks, newest first, and only as far back as the answer is.
 */
export function deprecatedSince(store: History): DeprecatedSince {
  const schemas = new Map<number, GraphQLSchema | undefined>();
  const ids = lazily(async () => (await store.versions({ most: versionsRead })).reverse());
  const schemaOf = async (id: number) => {
    if (!schemas.has(id)) schemas.set(id, await composedSchema(store, id));
    return schemas.get(id);
  };
  return async (coordinate) => {
    let since: string | undefined;
    for (const { id, at } of await ids()) {
      const schema = await schemaOf(id);
      if (schema === undefined || deprecationOf(schema, coordinate) === undefined) break;
      since = at;
    }
    return since;
  };
}

async function composedSchema(store: History, id: number): Promise<GraphQLSchema | undefined> {
  const composition = composeSubgraphs((await store.version(id))?.subgraphs ?? []);
  return composition.status === 'composed' ? composition.apiSchema : undefined;
}

function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}
