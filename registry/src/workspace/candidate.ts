import { readFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { Subgraph } from '../composition/subgraph.ts';
import type { LoadedConfig } from '../config/load.ts';
import { badInput } from '../refusal.ts';
import { diskFiles, type FileSource, readLimited } from './files.ts';
import { locateSubgraphs, missingSubgraphs, readSubgraphs } from './subgraphs.ts';

/** Which subgraphs somebody asked to check or publish. */
export type CandidateOptions = {
  /** Names; paired with `schema` by position as far as that goes. */
  subgraph: string[];
  /** Files, or `-` for standard input. */
  schema: string[];
  delete: string[];
  /** Allows names that neither the baseline nor the configuration knows. */
  new?: boolean;
};

/** Turns a baseline into the candidate. */
export type Edit = (baseline: readonly Subgraph[]) => Subgraph[];

/**
 * Reads what was asked for once and gives the edit that puts it on top of any baseline: the whole
 * workspace when no subgraph is named, else the baseline with the named ones replaced.
 */
export function candidateEdit(options: CandidateOptions, loaded: LoadedConfig): Edit {
  const files = diskFiles(loaded.root, loaded.config.limits.fileBytes);
  if (options.schema.length > options.subgraph.length)
    throw badInput('Every --schema needs its --subgraph NAME.');
  if (options.subgraph.length === 0 && options.delete.length === 0)
    return () => wholeWorkspace(loaded, files);
  const located = locateSubgraphs(loaded.config, files);
  const known = new Map(located.map((one) => [one.name, one]));
  const given = options.subgraph.map((name, position): Subgraph => {
    const schema = options.schema[position];
    const own = known.get(name);
    if (schema !== undefined) return { name, url: own?.url, ...readGiven(schema, name, loaded) };
    if (own === undefined) throw unknownSubgraph(name, [...known.keys()]);
    return { ...own, sdl: files.read(own.file) };
  });
  return (baseline) => {
    const names = [...new Set([...baseline.map(({ name }) => name), ...known.keys()])];
    const stranger = [...(options.new ? [] : given.map(({ name }) => name)), ...options.delete].find(
      (name) => !names.includes(name),
    );
    if (stranger !== undefined) throw unknownSubgraph(stranger, names);
    return applyGiven(baseline, given, options.delete);
  };
}

/** What a list names has to be there; on disk that is for the person at the keyboard to mend. */
function wholeWorkspace({ config }: LoadedConfig, files: FileSource): Subgraph[] {
  const [gone] = missingSubgraphs(config, files);
  if (gone)
    throw badInput(
      `The configuration names subgraph ${gone.name} in ${gone.schema}, which is not there. Did the file move?`,
    );
  return readSubgraphs(config, files);
}

/**
 * The same on top of what the store has, which may come from other repositories: there a workspace that
 * lacks a subgraph does not say that it is deleted.
 */
export function storeEdit(options: CandidateOptions, loaded: LoadedConfig): Edit {
  const edit = candidateEdit(options, loaded);
  if (loaded.config.complete || options.subgraph.length > 0 || options.delete.length > 0) return edit;
  return (baseline) => {
    const candidate = edit(baseline);
    const lacking = namesGone(baseline, candidate);
    if (lacking.length === 0) return candidate;
    throw badInput(
      `The store has ${lacking.join(', ')} and this workspace has not. If others publish them, name yours: --subgraph ${candidate[0]?.name ?? 'NAME'}. If a file moved, mend "subgraphs" in the configuration. If they are to go: --delete ${lacking[0]}, or "complete": true in the configuration of a repository that has every subgraph.`,
    );
  };
}

/** The subgraphs that `before` has and `after` has not. */
export function namesGone(before: readonly Subgraph[], after: readonly Subgraph[]): string[] {
  const left = new Set(after.map(({ name }) => name));
  return before.map(({ name }) => name).filter((name) => !left.has(name));
}

function applyGiven(baseline: readonly Subgraph[], given: readonly Subgraph[], deleted: readonly string[]) {
  const replaced = new Map([...baseline, ...given].map((subgraph) => [subgraph.name, subgraph]));
  for (const name of deleted) replaced.delete(name);
  return [...replaced.values()];
}

function unknownSubgraph(name: string, known: readonly string[]) {
  return badInput(
    `Unknown subgraph "${name}". Known: ${known.join(', ') || 'none'}. Pass --new with --schema if it is new.`,
  );
}

function readGiven(schema: string, name: string, { root, config }: LoadedConfig) {
  if (schema === '-') {
    const sdl = readFileSync(0, 'utf8');
    if (sdl.length > config.limits.fileBytes) throw badInput('Standard input is above limits.fileBytes.');
    return { sdl, file: `${name}.graphql` };
  }
  const absolute = resolve(schema);
  const inside = relative(root, absolute);
  const isInside = !inside.startsWith('..') && !isAbsolute(inside);
  return { sdl: readLimited(absolute, schema, config.limits.fileBytes), file: isInside ? inside : schema };
}
