import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { execute, type GraphQLSchema, parse } from 'graphql';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
  import: ["@key", "@requires", "@external", "@provides", "@shareable"])`;

interface Subgraph {
  readonly name: string;
  readonly sdl: string;
  readonly resolvers: Record<string, Record<string, unknown>>;
}

const people = Array.from({ length: 6 }, (_, i) => ({
  id: `u${i + 1}`,
  name: `Person number ${i + 1} of the bench`,
  username: `person_${i + 1}`,
  birthday: 1_000 + i,
}));
const products = Array.from({ length: 9 }, (_, i) => ({
  upc: `p${i + 1}`,
  name: `Product number ${i + 1}, of some use`,
  price: 300 + 171 * i,
  weight: 90 + 13 * i,
}));
/** Each person writes three reviews, all on the first few products. */
const reviews = people.flatMap((person, i) =>
  [0, 1, 2].map((k) => ({
    id: `r${3 * i + k + 1}`,
    body: `What person ${i + 1} thinks of it, in one sentence of usual length.`,
    author: person.id,
    product: `p${((i * (k + 1) + k) % 4) + 1}`,
  })),
);

/** The shape of the public benchmark of federation gateways: four subgraphs, five levels. Data is our own. */
export const subgraphs: readonly Subgraph[] = [
  {
    name: 'accounts',
    sdl: `${link}
      type Query { me: User user(id: ID!): User users: [User] }
      type User @key(fields: "id") { id: ID! name: String username: String @shareable birthday: Int }`,
    resolvers: {
      Query: {
        me: () => people[0],
        user: (_: unknown, { id }: { id: string }) => people.find((one) => one.id === id),
        users: () => people,
      },
      User: { __resolveReference: ({ id }: { id: string }) => people.find((one) => one.id === id) },
    },
  },
  {
    name: 'products',
    sdl: `${link}
      type Query { topProducts(first: Int = 5): [Product] }
      type Product @key(fields: "upc") { upc: String! name: String price: Int weight: Int }`,
    resolvers: {
      Query: { topProducts: (_: unknown, { first }: { first: number }) => products.slice(0, first) },
      Product: { __resolveReference: ({ upc }: { upc: string }) => products.find((one) => one.upc === upc) },
    },
  },
  {
    name: 'inventory',
    sdl: `${link}
      type Product @key(fields: "upc") {
        upc: String! weight: Int @external price: Int @external
        inStock: Boolean shippingEstimate: Int @requires(fields: "price weight")
      }`,
    resolvers: {
      Product: {
        inStock: ({ upc }: { upc: string }) => upc !== 'p3',
        shippingEstimate: ({ price, weight }: { price: number; weight: number }) =>
          price > 1_000 ? 0 : Math.round(weight / 2),
      },
    },
  },
  {
    name: 'reviews',
    sdl: `${link}
      type Review @key(fields: "id") { id: ID! body: String product: Product author: User @provides(fields: "username") }
      type User @key(fields: "id") { id: ID! username: String @external reviews: [Review] }
      type Product @key(fields: "upc") { upc: String! reviews: [Review] }`,
    resolvers: {
      Review: {
        product: (one: { product: string }) => ({ __typename: 'Product', upc: one.product }),
        author: (one: { author: string }) => people.find((person) => person.id === one.author),
      },
      User: { reviews: (user: { id: string }) => reviews.filter((one) => one.author === user.id) },
      Product: {
        reviews: (product: { upc: string }) => reviews.filter((one) => one.product === product.upc),
      },
    },
  },
];

const fragments = `
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }`;

const deep = `...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } }`;

/** The operations that are measured. `first` varies the heavy one's answer where variables vary. */
export const operations = {
  heavy: `query Heavy($first: Int) {
    users { ...User reviews { ...Review product { ${deep} } } }
    topProducts(first: $first) { ${deep} }
  }${fragments}`,
  small: 'query Small($id: ID!) { user(id: $id) { id name reviews { id body } } }',
} as const;

export type Operation = keyof typeof operations;

export function variablesFor(operation: Operation, i: number): Record<string, unknown> {
  return operation === 'heavy' ? { first: 3 + (i % 3) } : { id: `u${1 + (i % people.length)}` };
}

/** The supergraph, with its subgraphs at one server under their names. */
export function composeBench(baseUrl: string): string {
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: `${baseUrl}/${name}` })),
  );
  if (supergraphSdl === undefined) throw new Error(errors?.map((error) => error.message).join('\n'));
  return supergraphSdl;
}

/** Answers a subgraph's request from memory: after the first time no GraphQL is executed. */
export function createAnswers(): (subgraph: string, body: string) => Promise<string> {
  const schemas = new Map<string, GraphQLSchema>(
    subgraphs.map(({ name, sdl, resolvers }) => [
      name,
      buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]),
    ]),
  );
  const known = new Map<string, string>();
  return async (subgraph, body) => {
    const key = `${subgraph} ${body}`;
    const answered = known.get(key);
    if (answered !== undefined) return answered;
    const schema = schemas.get(subgraph);
    if (!schema) throw new Error(`No subgraph ${subgraph}`);
    const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
    const result = await execute({ schema, document: parse(query), variableValues: variables ?? {} });
    const text = JSON.stringify(result);
    if (known.size < 5_000) known.set(key, text);
    return text;
  };
}
