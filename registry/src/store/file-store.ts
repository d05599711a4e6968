import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { keptOperationsSchema } from '../documents/kept.ts';
import { couldNotRun } from '../refusal.ts';
import { parseUsageFile } from '../usage/usage-file.ts';
import { createExclusively, isCode, namesIn, sweepTemporaries, writeAtomically } from './atomic.ts';
import { approvalSchema, freezeSchema, type Manifest, manifestSchema } from './file-shapes.ts';
import type { Store, Version } from './store.ts';

/**
 * A store of plain files, made to be committed: `versions/000007.json` names schemas by hash,
 * `schemas/<hash>.graphql` holds them. Publishing is creating the next version's file, which only
 * one can do; two branches that both publish conflict in git, as they should.
 */
export function fileStore(folder: string): Store {
  const at = (...names: string[]) => join(folder, ...names);
  const store: Store = {
    async head() {
      const id = await headId(folder);
      return id === 0 ? undefined : store.version(id);
    },
    async version(id) {
      const manifest = await readManifest(folder, id);
      return manifest && load(folder, manifest);
    },
    async versions({ before = Infinity, most = Infinity } = {}) {
      const all = (await namesIn(at('versions'))).flatMap(idOf).filter((id) => id < before);
      const ids = all.slice(Math.max(0, all.length - most));
      const manifests = await Promise.all(ids.map((id) => readManifest(folder, id)));
      return manifests.flatMap((manifest) => {
        if (manifest === undefined) return [];
        const { id, at, by, message, equalTo, subgraphs } = manifest;
        return [{ id, at, by, message, equalTo, subgraphs: subgraphs.map(({ name }) => name) }];
      });
    },
    async append(expectedHead, version) {
      await writable(folder);
      const freeze = await readJson(at('freeze.json'), freezeSchema);
      if (freeze) return { status: 'frozen', freeze };
      const head = await headId(folder);
      if (head !== expectedHead) return { status: 'conflict', head };
      const { supergraphSdl, subgraphs, operations, ...rest } = version;
      const manifest: Manifest = {
        ...rest,
        id: expectedHead + 1,
        supergraph: await keep(schemaFile, folder, supergraphSdl),
        ...(operations && { operations: await keep(operationsFile, folder, toJson(operations)) }),
        subgraphs: await Promise.all(
          subgraphs.map(async ({ sdl, ...one }) => ({ ...one, schema: await keep(schemaFile, folder, sdl) })),
        ),
      };
      const isMine = await createExclusively(versionFile(folder, manifest.id), toJson(manifest));
      if (!isMine) return { status: 'conflict', head: await headId(folder) };
      await Promise.all(
        ['versions', 'schemas', 'operations'].map((one) => sweepTemporaries(at(one), Date.now())),
      );
      return { status: 'published', id: manifest.id };
    },
    async approvals(context) {
      const names = (await namesIn(at('approvals', slug(context)))).filter((name) => name.endsWith('.json'));
      const read = names.map((name) => readJson(at('approvals', slug(context), name), approvalSchema));
      return (await Promise.all(read)).filter((one) => one !== undefined);
    },
    async approve(approval) {
      await writeAtomically(
        at('approvals', slug(approval.context), `${slug(approval.changeId)}.json`),
        toJson(approval),
      );
    },
    async usage() {
      const names = (await namesIn(at('usage'))).filter((name) => name.endsWith('.json'));
      return Promise.all(
        names.map(async (name) => parseUsageFile(await readFile(at('usage', name), 'utf8'), `usage/${name}`)),
      );
    },
    async addUsage(usage) {
      const text = toJson(usage);
      await writeAtomically(
        at('usage', `${usage.from.slice(0, 10)}-${hashOf(text).slice(0, 12)}.json`),
        text,
      );
    },
    async freeze(freeze) {
      const isMine = await createExclusively(at('freeze.json'), toJson(freeze));
      if (!isMine) throw couldNotRun('The store is frozen already.');
    },
    async unfreeze() {
      await rm(at('freeze.json'), { force: true });
    },
  };
  return store;
}

const toJson = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const idOf = (name: string) => (/^\d{6}\.json$/.test(name) ? [Number(name.slice(0, 6))] : []);
const versionFile = (folder: string, id: number) =>
  join(folder, 'versions', `${String(id).padStart(6, '0')}.json`);

/** Contexts are free text (`pull/12`); as a file name they keep what makes them different. */
function slug(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E');
}

async function headId(folder: string): Promise<number> {
  return (await namesIn(join(folder, 'versions'))).flatMap(idOf).at(-1) ?? 0;
}

async function readManifest(folder: string, id: number): Promise<Manifest | undefined> {
  return readJson(versionFile(folder, id), manifestSchema);
}

async function load(
  folder: string,
  { supergraph, subgraphs, operations, ...rest }: Manifest,
): Promise<Version> {
  const schema = (hash: string) => kept(schemaFile(folder, hash), hash);
  return {
    ...rest,
    supergraphSdl: await schema(supergraph),
    ...(operations && {
      operations: keptOperationsSchema.parse(
        JSON.parse(await kept(operationsFile(folder, operations), operations)),
      ),
    }),
    subgraphs: await Promise.all(
      subgraphs.map(async ({ schema: hash, ...one }) => ({ ...one, sdl: await schema(hash) })),
    ),
  };
}

const schemaFile = (folder: string, hash: string) => join(folder, 'schemas', `${hash}.graphql`);
const operationsFile = (folder: string, hash: string) => join(folder, 'operations', `${hash}.json`);

/** Content under its hash: what exists already is the same. */
async function keep(
  fileOf: (folder: string, hash: string) => string,
  folder: string,
  text: string,
): Promise<string> {
  const hash = hashOf(text);
  if (!existsSync(fileOf(folder, hash))) await writeAtomically(fileOf(folder, hash), text);
  return hash;
}

async function kept(file: string, hash: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  if (hashOf(text) !== hash) throw couldNotRun(`The store is damaged: ${file} was edited.`);
  return text;
}

async function writable(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw couldNotRun(`The store at ${folder} cannot be written: ${why}`);
  }
}

async function readJson<T>(file: string, shape: z.ZodType<T>): Promise<T | undefined> {
  try {
    return shape.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return undefined;
    if (cause instanceof SyntaxError || cause instanceof z.ZodError)
      throw couldNotRun(`The store is damaged: ${file} cannot be read (${cause.name}).`);
    throw cause;
  }
}
