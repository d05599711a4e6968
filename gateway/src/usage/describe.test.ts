import { buildSchema, type DocumentNode, Kind, type OperationDefinitionNode, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { describe } from './describe.ts';

const schema = buildSchema(`
  enum Order { OLD NEW }
  input Filter { text: String, min: Int, ratio: Float, tags: [String!], inner: Filter, order: Order }
  type Query { find(filter: Filter, first: Int = 5, id: ID): [Item!]  me: Item }
  type Item { id: ID! name(max: Int): String }`);

function described(text: string, name?: string) {
  const document: DocumentNode = parse(text);
  const operation = document.definitions.find(
    (one): one is OperationDefinitionNode =>
      one.kind === Kind.OPERATION_DEFINITION && (name === undefined || one.name?.value === name),
  );
  if (!operation) throw new Error('no operation');
  return describe(operation, document);
}

it('tells no value that a client wrote, and stays as valid as it was', () => {
  const { document } = described(`query Find($id: ID = "secret-id") {
    find(filter: { text: "secret", min: 4711, ratio: 47.11, tags: ["secret", """secret block"""], inner: { order: NEW } }, first: 4711, id: $id) {
      name(max: 4711) @include(if: true)
    }
  }`);
  expect(document).not.toMatch(/secret|47/);
  // What can be used or taken away is told exactly.
  expect(document).toMatch(/inner: \{ ?order: NEW ?\}/);
  expect(document).toContain('@include(if: true)');
  expect(validate(schema, parse(document))).toEqual([]);
});

it('tells the one operation with its fragments, however they are written', () => {
  const one = described(
    `query A { me { ...F } } fragment F on Item { ...G } fragment G on Item { id } query B { me { name } }`,
    'A',
  );
  const same = described(
    `# a comment
    fragment G on Item { id }  fragment F on Item { ...G }  fragment Unused on Item { name } query A { me { ...F } }`,
    'A',
  );
  expect(one).toEqual(same);
  expect(one).toMatchObject({ name: 'A', kind: 'query' });
  expect(one.document).not.toContain('query B');
  expect(described('{ me { id } }')).toMatchObject({ name: '' });
});

it('is the same operation for other values, and another for other fields', () => {
  const hashOf = (text: string) => described(text).hash;
  expect(hashOf('{ find(first: 1) { id } }')).toBe(hashOf('{ find(first: 200) { id } }'));
  expect(hashOf('{ find(first: 1) { id } }')).not.toBe(hashOf('{ find { id } }'));
  expect(hashOf('{ find(filter: { order: OLD }) { id } }')).not.toBe(
    hashOf('{ find(filter: { order: NEW }) { id } }'),
  );
});
