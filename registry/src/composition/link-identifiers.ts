import { Kind } from 'graphql';
import { locationOf } from '../locate/coordinate-index.ts';
import { fixFor } from './fixes.ts';
import type { ParsedSubgraph } from './parse-subgraph.ts';
import { type CompositionError, fileOf } from './subgraph.ts';
import { directivesOf } from './subgraph-types.ts';

/**
 * A `@link` names a specification by a URL that ends in its name and version. `@apollo/composition` refuses others;
 * the library that we compose with reads from them what it can and forgets the rest.
 */
export function badLinks(subgraph: ParsedSubgraph): CompositionError[] {
  return subgraph.typeDefs.definitions.flatMap((node) => {
    if (node.kind !== Kind.SCHEMA_DEFINITION && node.kind !== Kind.SCHEMA_EXTENSION) return [];
    return directivesOf(node.directives, 'link').flatMap((link) => {
      const url = link.arguments?.find(({ name }) => name.value === 'url')?.value;
      if (url?.kind !== Kind.STRING) return [];
      const problem = problemOf(url.value);
      if (problem === undefined) return [];
      return {
        code: 'INVALID_LINK_IDENTIFIER',
        message: `@link(url: "${url.value}"): ${problem}.`,
        fix: fixFor('INVALID_LINK_IDENTIFIER'),
        subgraph: subgraph.name,
        ...(url.loc ? locationOf(url.loc, fileOf(subgraph)) : { file: fileOf(subgraph) }),
      };
    });
  });
}

function problemOf(text: string): string | undefined {
  if (!URL.canParse(text)) return 'it is no URL';
  const parts = new URL(text).pathname.split('/');
  const [name, version] = [parts.at(-2), parts.at(-1)];
  if (!version) return 'it has no version at its end';
  if (!/^v\d+\.\d+$/.test(version)) return `it ends in "${version}", which is no version such as v1.2`;
  return name ? undefined : 'it names no specification before the version';
}
