import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptResolvers from '@graphql-codegen/typescript-resolvers';
import { parse } from 'graphql';

/**
 * Writes the resolver types of one subgraph: `node codegen.ts <subgraph>`, the task `generate` of each.
 * What it reads besides itself must stay in the task's `inputs` in turbo.json, or a cached copy is wrong.
 */
const subgraph = process.argv[2] ?? '';
const folder = path.resolve(import.meta.dirname, '../../../subgraphs', subgraph);
const output = path.join(folder, 'src/generated/resolvers.ts');

const config = {
  federation: true,
  enumsAsTypes: true,
  useTypeImports: true,
  importExtension: '.ts' as const,
  // A value must hold the fields that may be null as well: what nobody gives would be null without a word.
  avoidOptionals: { field: true },
  // Paths of types are written as they stand here: relative to the generated file.
  contextType: '../context.ts#Context',
  ...(await readOwnConfig()),
};

const schema = parse(await readFile(path.join(folder, 'schema.graphql'), 'utf8'));
const content = await codegen({
  filename: output,
  schema,
  documents: [],
  config,
  plugins: [{ typescript: {} }, { typescriptResolvers: {} }],
  pluginMap: { typescript, typescriptResolvers },
});
await mkdir(path.dirname(output), { recursive: true });
await writeFile(
  output,
  `// Generated from schema.graphql by packages/dev/src/codegen.ts.
import type { Complete } from '@murmuration/service-kit/subgraph';
${content}
/** What \`resolvers.ts\` must give at least: the rest is read from the values that the mappers name. */
export type CompleteResolvers = Complete<Resolvers, ResolversParentTypes>;
`,
);

/** What a subgraph adds: mappers of its types to its rows, scalars. Optional. */
async function readOwnConfig(): Promise<Record<string, unknown>> {
  try {
    return JSON.parse(await readFile(path.join(folder, 'codegen.json'), 'utf8')) as Record<string, unknown>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
