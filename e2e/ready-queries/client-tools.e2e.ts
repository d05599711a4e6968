import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { subgraphNames } from '@murmuration/dev';
import { composeSubgraphs } from '@murmuration/registry';
import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTour } from './tour.ts';

const run = promisify(execFile);
const compiler = path.join(
  path.dirname(createRequire(import.meta.url).resolve('relay-compiler/package.json')),
  'cli.js',
);

let folder: string;
let schema: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'client-tools-'));
  const composition = composeSubgraphs(
    await Promise.all(
      subgraphNames.map(async (name) => ({
        name,
        url: `http://${name}.test/graphql`,
        sdl: await readFile(new URL(`../../subgraphs/${name}/schema.graphql`, import.meta.url), 'utf8'),
      })),
    ),
  );
  if (composition.status === 'failed') throw new Error(JSON.stringify(composition.errors));
  schema = composition.apiSdl;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What Relay does with a list: each type that has one is fetched again by its id, or from the viewer. */
const pages: Record<string, [type: string, list: string, node: string]> = {
  ThreadReplies: ['Thread', 'replies', 'id text'],
  HashtagPosts: ['Hashtag', 'posts', 'id text'],
  UserPosts: ['User', 'posts', 'id text'],
  UserFollowers: ['User', 'followers', 'id handle'],
  UserLikes: ['User', 'likedPosts', 'id text'],
  PostLikes: ['Post', 'likedBy', 'id handle'],
};

/** A module of an app: the fragment of one list, with its connection and the query that reads more of it. */
function fragmentOf(name: string, [type, list, node]: [string, string, string]): string {
  return `fragment ${name}_list on ${type}
    @refetchable(queryName: "${name}PaginationQuery")
    @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
      ${list}(first: $count, after: $cursor) @connection(key: "${name}_${list}") { edges { node { ${node} } } } }`;
}

test('relay-compiler takes every operation of the tour, and pages through the lists of nodes', async () => {
  const modules = [
    ...readTour().map(({ document, name }) => [name.replace(/(Query|Mutation|Subscription)$/, ''), document]),
    ...Object.entries(pages).map(([name, page]) => [name, fragmentOf(name, page)]),
  ];
  await writeFile(path.join(folder, 'schema.graphql'), schema);
  for (const [name, document] of modules) {
    await writeFile(path.join(folder, `${name}.ts`), `graphql\`\n${document}\n\`;\n`);
  }
  const config = { src: '.', schema: 'schema.graphql', language: 'typescript', excludes: [] };
  await writeFile(path.join(folder, 'relay.config.json'), JSON.stringify(config));
  const { stdout } = await run(process.execPath, [compiler, '--noWatchman', 'relay.config.json'], {
    cwd: folder,
  });
  expect(stdout).not.toMatch(/error/i);
  const made = await readdir(path.join(folder, '__generated__'));
  for (const name of Object.keys(pages)) expect(made).toContain(`${name}PaginationQuery.graphql.ts`);
  for (const { name } of readTour()) expect(made).toContain(`${name}.graphql.ts`);
});

test('GraphQL Code Generator, by which Apollo and urql are typed, makes types of every operation of the tour', async () => {
  const text = await codegen({
    filename: 'tour.ts',
    schema: parse(schema),
    documents: readTour().map(({ document, name }) => ({
      location: `${name}.graphql`,
      document: parse(document),
    })),
    config: { scalars: { DateTime: 'string' }, dedupeOperationSuffix: true },
    plugins: [{ typescript: {} }, { typescriptOperations: {} }],
    pluginMap: { typescript, typescriptOperations },
  });
  for (const { name } of readTour()) expect(text).toMatch(new RegExp(`export type ${name}\\b`));
});
