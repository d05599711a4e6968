import type { LocalSubgraph } from './local-subgraphs.ts';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7",
  import: ["@key", "@requires", "@external", "@provides", "@shareable", "@inaccessible", "@override", "@interfaceObject"])`;

const people = [
  { id: '1', name: 'Ada', email: 'ada@example.org' },
  { id: '2', name: 'Bob', email: null },
  { id: '3', name: 'Cyd', email: 'cyd@example.org' },
];
const products = [
  { upc: 'a', title: 'Anvil', price: 10, weight: 100 },
  { upc: 'b', title: 'Ball', price: 20, weight: 1 },
];
const reviews = [
  { id: 'r1', body: 'Heavy', author: '1', product: 'a' },
  { id: 'r2', body: 'Round', author: '2', product: 'b' },
  { id: 'r3', body: 'Heavy too', author: '1', product: 'a' },
];

/** Four subgraphs in which a page of people needs five levels of fetches. */
export const shop: LocalSubgraph[] = [
  {
    name: 'accounts',
    sdl: `${link}
      type Query { users: [User!]! user(id: ID!): User broken: User }
      type Mutation { rename(id: ID!, name: String!): User }
      type User @key(fields: "id") { id: ID! name: String! email: String }`,
    resolvers: {
      Query: {
        users: () => people,
        user: (_: unknown, { id }: { id: string }) => people.find((person) => person.id === id),
        broken: () => {
          throw new Error('accounts is unwell');
        },
      },
      Mutation: {
        rename: (_: unknown, { id, name }: { id: string; name: string }) => ({
          ...people.find((person) => person.id === id),
          name,
        }),
      },
      User: { __resolveReference: ({ id }: { id: string }) => people.find((person) => person.id === id) },
    },
  },
  {
    name: 'reviews',
    sdl: `${link}
      type Query { latest: [Review!]! }
      type Mutation { addReview(body: String!): Review! }
      type Subscription { reviewAdded: Review! }
      type Review @key(fields: "id") { id: ID! body: String! author: User product: Product }
      type User @key(fields: "id") { id: ID! reviews: [Review!]! strict: String! }
      type Product @key(fields: "upc") { upc: ID! reviews(first: Int = 10): [Review!]! }`,
    resolvers: {
      Query: { latest: () => reviews },
      Mutation: {
        addReview: (_: unknown, { body }: { body: string }) => ({ ...reviews[0], id: 'new', body }),
      },
      Review: {
        author: (review: { author: string }) => ({ __typename: 'User', id: review.author }),
        product: (review: { product: string }) => ({ __typename: 'Product', upc: review.product }),
      },
      User: {
        reviews: (user: { id: string }) => reviews.filter((review) => review.author === user.id),
        strict: (user: { id: string }) => {
          if (user.id === '2') throw new Error('strict fails for 2');
          return `ok ${user.id}`;
        },
      },
      Product: {
        reviews: (product: { upc: string }, { first }: { first: number }) =>
          reviews.filter((review) => review.product === product.upc).slice(0, first),
      },
    },
  },
  {
    name: 'products',
    sdl: `${link}
      type Query { top(first: Int!): [Product!]! search: [Found!]! }
      union Found = Product | Voucher
      type Voucher { code: String! value: Int! }
      type Product @key(fields: "upc") { upc: ID! title: String! price(currency: String = "EUR"): Int! weight: Int! }`,
    resolvers: {
      Query: {
        top: (_: unknown, { first }: { first: number }) => products.slice(0, first),
        search: () => [
          { __typename: 'Product', ...products[0] },
          { __typename: 'Voucher', code: 'X1', value: 5 },
        ],
      },
      Product: {
        __resolveReference: ({ upc }: { upc: string }) => products.find((product) => product.upc === upc),
        price: (product: { price: number }, { currency }: { currency: string }) =>
          currency === 'USD' ? product.price * 2 : product.price,
      },
    },
  },
  {
    name: 'stock',
    sdl: `${link}
      type Product @key(fields: "upc") {
        upc: ID! weight: Int! @external price(currency: String = "EUR"): Int! @external
        inStock: Boolean!
        shipping: Int! @requires(fields: "weight price(currency: \\"USD\\")")
        postage: Int! @requires(fields: "price(currency: \\"EUR\\")")
      }`,
    resolvers: {
      Product: {
        inStock: (product: { upc: string }) => product.upc === 'a',
        shipping: (product: { weight: number; price: number }) => product.weight * 1000 + product.price,
        postage: (product: { price: number }) => product.price,
      },
    },
  },
];
