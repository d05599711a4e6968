import {
  type DefinitionNode,
  type DirectiveNode,
  type DocumentNode,
  Kind,
  parse,
  print,
  visit,
} from 'graphql';

/** The specs by which a subgraph says who may ask, and the names of their elements. */
const specs: ReadonlyMap<string, { directive: string; scalar?: string }> = new Map([
  ['https://specs.apollo.dev/authenticated', { directive: 'authenticated' }],
  [
    'https://specs.apollo.dev/requiresScopes',
    { directive: 'requiresScopes', scalar: 'requiresScopes__Scope' },
  ],
  ['https://specs.apollo.dev/policy', { directive: 'policy', scalar: 'policy__Policy' }],
]);
const directives = new Set([...specs.values()].map(({ directive }) => directive));
const scalars = new Set([...specs.values()].flatMap(({ scalar }) => scalar ?? []));

/**
 * A supergraph without `@authenticated`, `@requiresScopes` and `@policy`, for a router that does not enforce them and
 * rightly refuses to serve what it would have to protect. Whoever strips them says that each subgraph enforces them itself.
 * @returns the same text where it has none
 */
export function withoutAccessRules(supergraphSdl: string): string {
  const document = parse(supergraphSdl, { noLocation: true });
  return document.definitions.some(linksRules) ? print(stripped(document)) : supergraphSdl;
}

function stripped(document: DocumentNode): DocumentNode {
  return visit(document, {
    Directive: (node) => (directives.has(node.name.value) || isLinkOfRules(node) ? null : undefined),
    DirectiveDefinition: (node) => (directives.has(node.name.value) ? null : undefined),
    ScalarTypeDefinition: (node) => (scalars.has(node.name.value) ? null : undefined),
  });
}

function linksRules(definition: DefinitionNode): boolean {
  const isSchema = definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION;
  return isSchema && (definition.directives ?? []).some(isLinkOfRules);
}

function isLinkOfRules({ arguments: given, name }: DirectiveNode): boolean {
  const url = given?.find((argument) => argument.name.value === 'url')?.value;
  return (
    name.value === 'link' && url?.kind === Kind.STRING && specs.has(url.value.replace(/\/v\d+\.\d+$/, ''))
  );
}
