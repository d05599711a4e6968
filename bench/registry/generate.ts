/** One generated subgraph. */
export type Subgraph = { name: string; url: string; sdl: string };

const header =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@tag"])';

/**
 * `count` subgraphs of about `bytes` in all: each owns an entity with many described fields, refers
 * to three others' and pages through its own.
 */
export function generateSubgraphs(count: number, bytes: number): Subgraph[] {
  const fieldsEach = Math.max(4, Math.round((bytes / count - 900) / 118));
  return Array.from({ length: count }, (_, number) => ({
    name: `service${number}`,
    url: `http://service${number}.test/graphql`,
    sdl: subgraph(number, count, fieldsEach),
  }));
}

function subgraph(number: number, count: number, fields: number): string {
  const others = [1, 7, 13].map((step) => (number + step) % count).filter((other) => other !== number);
  const own = Array.from(
    { length: fields },
    (_, field) =>
      `  "What field ${field} of entity ${number} is for, in a sentence of usual length."\n  field${field}(first: Int = 10, filter: Filter${number}): ${field % 3 === 0 ? 'String!' : 'Int'}`,
  );
  own.push('  secret: String @tag(name: "internal")');
  const links = others.map((other) => `  "The other one."\n  linked${other}: Entity${other}`);
  return `${header}

type Query {
  "One of them."
  entity${number}(id: ID!): Entity${number}
  "All of them."
  entities${number}(first: Int, after: String): Entity${number}Connection!
}

"Entity ${number}."
type Entity${number} @key(fields: "id") {
  id: ID!
${own.join('\n')}
${links.join('\n')}
}

${others.map((other) => `type Entity${other} @key(fields: "id") {\n  id: ID!\n  "What ${number} adds to it."\n  from${number}: String\n}`).join('\n\n')}

"How to narrow it down."
input Filter${number} {
  text: String
  limit: Int = 5
}

"Pages."
type Entity${number}Connection {
  edges: [Entity${number}Edge!]!
  pageInfo: PageInfo!
}

"An edge."
type Entity${number}Edge {
  cursor: String!
  node: Entity${number}
}

"Where a page ends."
type PageInfo @shareable {
  hasNextPage: Boolean!
  endCursor: String
}
`;
}
