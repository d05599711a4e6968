import type { SubgraphSdl } from '../facts.ts';
import { link } from './link.ts';

/**
 * Interface entities, and subgraphs that see them as one object type. No field here requires what only the
 * interface's own subgraph has: Apollo's planner does not end on such an operation with a type condition.
 */
export const interfaces: SubgraphSdl[] = [
  {
    name: 'library',
    sdl: `${link}
      type Query { media: [Media!]! medium(id: ID!): Media books: [Book] }
      interface Media @key(fields: "id") { id: ID! title: String pages(from: Int): Int! next: Media }
      type Book implements Media @key(fields: "id") { id: ID! title: String pages(from: Int): Int! next: Media isbn: String! }
      type Film implements Media @key(fields: "id") { id: ID! title: String pages(from: Int): Int! next: Media length: Int }
      type Song implements Media @key(fields: "id") { id: ID! title: String pages(from: Int): Int! next: Media key: String }`,
  },
  {
    name: 'ratings',
    sdl: `${link}
      type Query { best: [Media] worst: Media! }
      type Mutation { rate(id: ID!, stars: Int!): Media }
      type Subscription { rated: Media! }
      type Media @interfaceObject @key(fields: "id") { id: ID! stars: Int! reviews(first: Int! = 2): [Review!] }
      type Review @key(fields: "id") { id: ID! text: String media: Media critic: Critic! }
      type Critic @key(fields: "id") { id: ID! name: String! }`,
  },
  {
    name: 'sales',
    sdl: `${link}
      type Query { sold: [Media!] }
      type Media @interfaceObject @key(fields: "id") {
        id: ID! stars: Int! @external
        price: Float
        popularity: String! @requires(fields: "stars")
      }
      type Critic @key(fields: "id") { id: ID! bought: [Media!]! }
      type Review @key(fields: "id") { id: ID! votes: Int! }`,
  },
];
