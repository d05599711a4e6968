/** The same composition by Apollo's library, as a process of its own so that start-up counts for both. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type DocumentNode, parse } from 'graphql';

type Compose = (services: { name: string; url: string; typeDefs: DocumentNode }[]) => {
  errors?: Error[];
  supergraphSdl: string;
};

// The registry's dependency, not this package's: the bench must measure what the tests compare with.
const require = createRequire(new URL('../../registry/package.json', import.meta.url));
const { composeServices }: { composeServices: Compose } = require('@apollo/composition');

const root = process.argv[2] ?? '.';
const result = composeServices(
  readdirSync(join(root, 'subgraphs')).map((name) => ({
    name,
    url: `http://${name}.test/graphql`,
    typeDefs: parse(readFileSync(join(root, 'subgraphs', name, 'schema.graphql'), 'utf8')),
  })),
);
if (result.errors) {
  console.error(result.errors.map(({ message }) => message).join('\n'));
  process.exit(1);
}
writeFileSync(join(root, 'apollo.graphql'), result.supergraphSdl);
