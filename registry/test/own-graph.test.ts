import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { check } from '../src/check.ts';
import { composeSubgraphs } from '../src/compose.ts';
import { parseSubgraph } from '../src/composition/parse-subgraph.ts';
import { loadConfig } from '../src/config/load.ts';
import { readOperations } from '../src/documents/read.ts';
import { validateOperations } from '../src/documents/validate.ts';
import { lintSubgraph } from '../src/lint/lint-subgraph.ts';
import { diskFiles } from '../src/workspace/files.ts';
import { readSubgraphs } from '../src/workspace/subgraphs.ts';

const { config, root } = loadConfig(fileURLToPath(new URL('.', import.meta.url)));
const files = diskFiles(root, config.limits.fileBytes);
const subgraphs = readSubgraphs(config, files);
const operations = readOperations(config.documents, files);

describe('this repository, one user of the registry', () => {
  it('has nothing that a lint rule finds', () => {
    const targets = subgraphs.map(parseSubgraph).map((result) => {
      if (result.status === 'failed') throw new Error(result.error.message);
      const { name, typeDefs } = result.subgraph;
      return { name, file: name, document: typeDefs };
    });
    expect(targets.flatMap((target) => lintSubgraph(target, config.lint, targets))).toEqual([]);
  });

  it('stores the ready queries of the IDE, the examples of the README and the schema tour, and each is valid', () => {
    const sources = new Set(operations.map(({ file }) => file));
    expect([...sources]).toEqual(
      expect.arrayContaining(['gateway/examples/murmuration.graphql', 'README.md', 'docs/schema-tour.md']),
    );
    const composition = composeSubgraphs(subgraphs);
    if (composition.status === 'failed') throw new Error(composition.errors[0]?.message);
    expect(validateOperations(operations, composition.apiSchema, undefined)).toEqual([]);
  });

  it('is refused a change that breaks one of them', async () => {
    const candidate = subgraphs.map((one) => ({ ...one, sdl: one.sdl.replace('homeTimeline(', 'home(') }));
    const baseline = { status: 'found', label: 'here', subgraphs } as const;
    const report = await check({ config, candidate, baseline, operations, usageFiles: [], nowMs: 0 });
    expect(report.steps).toContainEqual(expect.objectContaining({ name: 'documents', status: 'failed' }));
    expect(new Set(report.documents.map(({ file }) => file))).toEqual(
      new Set(['gateway/examples/murmuration.graphql', 'README.md', 'docs/schema-tour.md']),
    );
  });
});
