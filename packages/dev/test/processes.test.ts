import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { everyDatabase } from '@murmuration/prisma';
import { expect, test } from 'vitest';
import { processes, restrictedSettings, subgraphNames } from '../src/processes.ts';
import { repositoryRoot } from '../src/repository.ts';

const foldersWith = (parent: string, file: string) =>
  readdirSync(path.join(repositoryRoot, parent)).filter((name) =>
    existsSync(path.join(repositoryRoot, parent, name, file)),
  );

test('every subgraph that has a schema is started, and every database that has one is migrated', () => {
  expect(subgraphNames.toSorted()).toEqual(foldersWith('subgraphs', 'schema.graphql').toSorted());
  // The registry's is beside the platform, and migrated where it runs.
  expect([...everyDatabase].toSorted()).toEqual(foldersWith('prisma', 'schema.prisma').toSorted());
});

test('every process is a file that starts a module, and only who asks for a database is told of it', () => {
  for (const { entry, module, name } of processes) {
    expect([name, entry, existsSync(path.join(repositoryRoot, entry))]).toEqual([name, entry, true]);
    expect([name, module, existsSync(path.join(repositoryRoot, module))]).toEqual([name, module, true]);
  }
  for (const name of everyDatabase)
    expect(restrictedSettings).toContain(`${name.toUpperCase()}_DATABASE_URL`);
});
