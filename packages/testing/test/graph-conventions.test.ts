import { readdirSync, readFileSync } from 'node:fs';
import { type DefinitionNode, Kind, type ObjectTypeDefinitionNode, parse, print } from 'graphql';
import { expect, test } from 'vitest';

const folder = new URL('../../../subgraphs/', import.meta.url);
const subgraphs = readdirSync(folder).map((name) => ({
  name,
  definitions: parse(readFileSync(new URL(`${name}/schema.graphql`, folder), 'utf8')).definitions,
}));

const nameOf = (node: DefinitionNode) => ('name' in node && node.name ? node.name.value : '');
const hasDirective = (
  node: { directives?: readonly { name: { value: string } }[] | undefined },
  name: string,
) => node.directives?.some((directive) => directive.name.value === name) ?? false;

const objects = subgraphs.flatMap(({ name, definitions }) =>
  definitions
    .filter((node): node is ObjectTypeDefinitionNode => node.kind === Kind.OBJECT_TYPE_DEFINITION)
    .map((node) => ({ subgraph: name, node })),
);

/** What several subgraphs must say in the same words: value types, the interfaces they implement, and enums. */
function sharedTexts(): Map<string, Map<string, string[]>> {
  const shared = new Map<string, Map<string, string[]>>();
  for (const { name, definitions } of subgraphs) {
    for (const node of definitions) {
      const isValue = node.kind === Kind.OBJECT_TYPE_DEFINITION && hasDirective(node, 'shareable');
      const isCommon =
        node.kind === Kind.INTERFACE_TYPE_DEFINITION ||
        node.kind === Kind.SCALAR_TYPE_DEFINITION ||
        node.kind === Kind.ENUM_TYPE_DEFINITION;
      if (!isValue && !isCommon) continue;
      const texts = shared.get(nameOf(node)) ?? new Map<string, string[]>();
      texts.set(print(node), [...(texts.get(print(node)) ?? []), name]);
      shared.set(nameOf(node), texts);
    }
  }
  return shared;
}

test('what several subgraphs share is the same text in each', () => {
  const shared = sharedTexts();
  expect([...shared.keys()]).toEqual(
    expect.arrayContaining(['PageInfo', 'ValidationError', 'Node', 'UserError', 'UserErrorCode']),
  );
  for (const [type, texts] of shared) {
    expect([type, [...texts.values()]]).toEqual([type, [expect.any(Array)]]);
  }
});

test('every Node of another subgraph has its stub in `user`, and its owner is always asked', () => {
  const isNode = (node: ObjectTypeDefinitionNode) =>
    node.interfaces?.some((each) => each.name.value === 'Node');
  const owned = objects.filter(({ subgraph, node }) => subgraph !== 'user' && isNode(node));
  expect(owned.map(({ node }) => node.name.value)).toContain('Post');
  for (const { node } of owned) {
    const stub = objects.find(
      (each) => each.subgraph === 'user' && each.node.name.value === node.name.value,
    )?.node;
    expect(stub && print(stub)).toMatch(
      /@key\(fields: "ref", resolvable: false\)[^]*id: ID! @external[^]*ref: ID! @inaccessible/,
    );
    expect(print(node)).toMatch(/@key\(fields: "ref"\)[^]*ref: ID! @inaccessible/);
  }
});

test('every type, field, argument-taking input and enum value is described', () => {
  const silent: string[] = [];
  for (const { name, definitions } of subgraphs) {
    for (const node of definitions) {
      if (!('description' in node) || node.kind === Kind.SCHEMA_DEFINITION || !('name' in node)) continue;
      const type = nameOf(node);
      const isRoot = ['Query', 'Mutation', 'Subscription'].includes(type);
      if (!node.description && !isRoot) silent.push(`${name}: ${type}`);
      const members = [
        ...('fields' in node ? (node.fields ?? []) : []),
        ...('values' in node ? (node.values ?? []) : []),
      ];
      for (const member of members) {
        if (!member.description) silent.push(`${name}: ${type}.${member.name.value}`);
      }
    }
  }
  expect(silent).toEqual([]);
});
