import path from 'node:path';
import type { ProcessDefinition } from '../processes.ts';
import { filesOf } from './imports.ts';

/** What has to be done about some changed files, in this order. */
export interface Plan {
  /** Clients and resolver types. */
  generate: boolean;
  /** Databases to bring to the newest migration. */
  migrate: string[];
  compose: boolean;
  /** Names of processes. */
  restart: string[];
}

/**
 * Decides what to do. A process is restarted when it loads one of the files, its subgraph's schema among them, or what
 * is generated of a database's schema file.
 * @param changed relative to the root
 */
export function planFor(
  root: string,
  changed: readonly string[],
  definitions: readonly ProcessDefinition[],
): Plan {
  const isRead = (file: string) => changed.includes(path.relative(root, file));
  const ofDatabase = (name: string) =>
    changed.flatMap((file) => new RegExp(`^prisma/(\\w+)/${name}`).exec(file)?.[1] ?? []);
  const clients = ofDatabase('schema\\.prisma$').map((database) =>
    path.join(root, 'prisma/src/clients', `${database}.ts`),
  );
  const schemas = changed.flatMap((file) => /^subgraphs\/(\w+)\/schema\.graphql$/.exec(file)?.[1] ?? []);
  const isAffected = ({ entry, subgraph }: ProcessDefinition) => {
    if (subgraph !== undefined && schemas.includes(subgraph)) return true;
    const files = filesOf(path.join(root, entry));
    return [...files].some(isRead) || clients.some((client) => files.has(client));
  };
  return {
    generate: schemas.length > 0 || clients.length > 0,
    migrate: [...new Set(ofDatabase('migrations/'))],
    compose: schemas.length > 0,
    restart: definitions.filter(isAffected).map(({ name }) => name),
  };
}
