import { createRequire } from 'node:module';
import type { QueryPlanner } from '@graphql-hive/router-query-planner';

type Native = { readonly QueryPlanner: new (supergraphSdl: string) => QueryPlanner };

let loaded: Native | Error | undefined;

/** The native planner, or why its binary does not load here (musl, Windows, a processor it is not built for). */
export function loadHive(): Native | Error {
  try {
    loaded ??= createRequire(import.meta.url)('@graphql-hive/router-query-planner') as Native;
  } catch (error) {
    loaded = error instanceof Error ? error : new Error(String(error));
  }
  return loaded;
}
