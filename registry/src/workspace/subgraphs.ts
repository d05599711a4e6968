import type { Subgraph } from '../composition/subgraph.ts';
import type { Config } from '../config/schema.ts';
import type { FileSource } from './files.ts';
import { globPattern } from './glob.ts';

/** A subgraph that the configuration names, and where its SDL is. */
export type SubgraphFile = { name: string; file: string; url?: string | undefined };

/** The subgraphs that exist in `files`, by the configuration's glob or list. */
export function locateSubgraphs(config: Config, files: FileSource): SubgraphFile[] {
  if (typeof config.subgraphs !== 'string')
    return config.subgraphs
      .filter(({ schema }) => files.list(schema).length > 0)
      .map(({ name, schema, url }) => ({ name, file: schema, url: url ?? urlOf(config, name) }));
  const pattern = globPattern(config.subgraphs);
  return files.list(config.subgraphs).map((file) => {
    const name = pattern.exec(file)?.[1] ?? file;
    return { name, file, url: urlOf(config, name) };
  });
}

/** The subgraphs that a list names and `files` does not have. A glob names none. */
export function missingSubgraphs(config: Config, files: FileSource): { name: string; schema: string }[] {
  if (typeof config.subgraphs === 'string') return [];
  return config.subgraphs.filter(({ schema }) => files.list(schema).length === 0);
}

/** Reads every subgraph of `files`. */
export function readSubgraphs(config: Config, files: FileSource): Subgraph[] {
  return locateSubgraphs(config, files).map((one) => ({ ...one, sdl: files.read(one.file) }));
}

function urlOf(config: Config, name: string): string | undefined {
  return config.url?.replaceAll('{name}', name);
}
