import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode } from 'graphql';
import { parseText } from '../parse-text.ts';
import { badInput } from '../refusal.ts';
import type { FileSource } from '../workspace/files.ts';
import { manifestEntries } from './manifests.ts';
import { graphqlBlocks } from './markdown.ts';
import { withFragments } from './with-fragments.ts';

/** One stored client operation with the fragments it needs, ready to be validated. */
export type StoredOperation = {
  name: string;
  id?: string | undefined;
  file: string;
  line: number;
  document: DocumentNode;
};

/**
 * Reads every stored operation below the globs. Loose `.graphql` files share their fragments, as
 * client compilers allow; each entry of a manifest and each block of a Markdown page stands for itself.
 */
export function readOperations(globs: readonly string[], files: FileSource): StoredOperation[] {
  const paths = [...new Set(globs.flatMap((glob) => files.list(glob)))];
  const manifests = paths.filter((path) => path.endsWith('.json'));
  const pages = paths.filter((path) => path.endsWith('.md'));
  const loose = paths.filter((path) => /\.(graphql|gql)$/.test(path));
  const sources = loose.map((path) => parseDocument(files.read(path), path));
  return [
    ...operationsOf(sources),
    ...pages.flatMap((path) =>
      graphqlBlocks(files.read(path)).flatMap((block) => operationsOf([parseDocument(block, path)])),
    ),
    ...manifests.flatMap((path) =>
      manifestEntries(files.read(path), path).flatMap(({ id, body }) =>
        operationsOf([parseDocument(body, path)]).map((operation) => ({ ...operation, id, line: 1 })),
      ),
    ),
  ];
}

type Parsed = { document: DocumentNode; file: string };

function operationsOf(sources: readonly Parsed[]): StoredOperation[] {
  const fragments = sources.flatMap(({ document }) =>
    document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION),
  );
  return sources.flatMap(({ document, file }) =>
    document.definitions
      .filter((definition): definition is OperationDefinitionNode => {
        return definition.kind === Kind.OPERATION_DEFINITION;
      })
      .map((operation) => ({
        name: operation.name?.value ?? 'anonymous',
        file,
        line: operation.loc?.startToken.line ?? 1,
        document: withFragments(operation, fragments),
      })),
  );
}

function parseDocument(text: string, file: string): Parsed {
  try {
    return { document: parseText(text, file), file };
  } catch (cause) {
    if (!(cause instanceof GraphQLError)) throw cause;
    const at = cause.locations?.[0];
    throw badInput(`${file}:${at?.line ?? 1}:${at?.column ?? 1} ${cause.message}`);
  }
}
