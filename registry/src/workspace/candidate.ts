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

/** What was asked for, read: it can be put on top of any baseline, here or by a server. */
export type EditData =
  | { kind: 'whole'; subgraphs: Subgraph[]; complete: boolean }
  | {
      kind: 'some';
      given: Subgraph[];
      deleted: string[];
      /** The names of the configuration. */
      known: string[];
      isNew: boolean;
    };

/** Reads what was asked for: the whole workspace when no subgraph is named, else the named ones. */
export function readEdit(options: CandidateOptions, loaded: LoadedConfig): EditData {
  const files = diskFiles(loaded.root, loaded.config.limits.fileBytes);
  requirePairs(options);
  if (isWhole(options))
    return { kind: 'whole', subgraphs: wholeWorkspace(loaded, files), complete: loaded.config.complete };
  const located = locateSubgraphs(loaded.config, files);
  const known = new Map(located.map((one) => [one.name, one]));
  const given = options.subgraph.map((name, position): Subgraph => {
    const schema = options.schema[position];
    const own = known.get(name);
    if (schema !== undefined) return { name, url: own?.url, ...readGiven(schema, name, loaded) };
    if (own === undefined) throw unknownSubgraph(name, [...known.keys()]);
    return { ...own, sdl: files.read(own.file) };
  });
  return {
    kind: 'some',
    given,
    deleted: options.delete,
    known: [...known.keys()],
    isNew: options.new ?? false,
  };
}

/** Puts what was read on top of a baseline. */
export function applyEdit(edit: EditData, baseline: readonly Subgraph[]): Subgraph[] {
  if (edit.kind === 'whole') return edit.subgraphs;
  const { deleted, given, isNew, known } = edit;
  const names = [...new Set([...baseline.map(({ name }) => name), ...known])];
  const stranger = [...(isNew ? [] : given.map(({ name }) => name)), ...deleted].find(
    (name) => !names.includes(name),
  );
  if (stranger !== undefined) throw unknownSubgraph(stranger, names);
  return applyGiven(baseline, given, deleted);
}

/**
 * The same on top of what a store has, which may come from other repositories: there a workspace that
 * lacks a subgraph does not say that it is deleted.
 */
export function applyToStore(edit: EditData, baseline: readonly Subgraph[]): Subgraph[] {
  const candidate = applyEdit(edit, baseline);
  if (edit.kind === 'some' || edit.complete) return candidate;
  const lacking = namesGone(baseline, candidate);
  if (lacking.length === 0) return candidate;
  throw badInput(
    `The store has ${lacking.join(', ')} and this workspace has not. If others publish them, name yours: --subgraph ${candidate[0]?.name ?? 'NAME'}. If a file moved, mend "subgraphs" in the configuration. If they are to go: --delete ${lacking[0]}, or "complete": true in the configuration of a repository that has every subgraph.`,
  );
}

/** The edit of a workspace that is compared with a commit. A whole workspace is read when it is applied. */
export function candidateEdit(options: CandidateOptions, loaded: LoadedConfig): Edit {
  return editBy(options, loaded, applyEdit);
}

/** The edit of a workspace that is compared with a store. */
export function storeEdit(options: CandidateOptions, loaded: LoadedConfig): Edit {
  return editBy(options, loaded, applyToStore);
}

function editBy(options: CandidateOptions, loaded: LoadedConfig, apply: typeof applyEdit): Edit {
  requirePairs(options);
  if (isWhole(options)) return (baseline) => apply(readEdit(options, loaded), baseline);
  const edit = readEdit(options, loaded);
  return (baseline) => apply(edit, baseline);
}

function isWhole(options: CandidateOptions): boolean {
  return options.subgraph.length === 0 && options.delete.length === 0;
}

function requirePairs(options: CandidateOptions): void {
  if (options.schema.length > options.subgraph.length)
    throw badInput('Every --schema needs its --subgraph NAME.');
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
