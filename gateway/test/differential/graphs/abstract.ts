import type { SubgraphSdl } from '../facts.ts';
import { link } from './link.ts';

/**
 * Interfaces of interfaces, unions of what implements them, `@provides` through abstract types, references that a subgraph
 * cannot resolve, and circles.
 */
export const abstract: SubgraphSdl[] = [
  {
    name: 'catalog',
    sdl: `${link}
      type Query { shelf: [Item!]! feature: Item thing(id: ID!): Thing card: [Card] maker: Maker }
      type Mutation { shelve(id: ID!): Item! }
      interface Thing { id: ID! }
      interface Item implements Thing { id: ID! title: String maker: Maker }
      union Card = Book | Maker | Note
      type Note @shareable { text: String! }
      type Book implements Item & Thing @key(fields: "id") {
        id: ID! title: String @shareable maker: Maker pages: Int! sequel: Book
      }
      type Tape implements Item & Thing @key(fields: "id") @key(fields: "code side { name }") {
        id: ID! code: ID! side: Side! title: String @shareable maker: Maker length: Int cover: Item
      }
      type Side @shareable { name: ID! }
      type Maker implements Thing @key(fields: "id") { id: ID! name: String! works: [Item] idol: Maker }`,
  },
  {
    name: 'loans',
    sdl: `${link}
      type Query {
        lent: [Item!] @provides(fields: "... on Book { title } ... on Tape { title }")
        loans: [Loan!]! due: Card
      }
      type Subscription { returned: Item! }
      interface Thing { id: ID! }
      interface Item implements Thing { id: ID! title: String }
      union Card = Book | Note
      type Note @shareable { text: String! }
      type Book implements Item & Thing @key(fields: "id") { id: ID! title: String @external loans: [Loan!] }
      type Tape implements Item & Thing @key(fields: "id") { id: ID! title: String @external holder: Holder wear: Float }
      type Loan @key(fields: "id") { id: ID! item: Thing holder: Holder! next: Loan days(of: Int! = 7): Int }
      type Holder { name: String! reads: [Item!] last: Loan }`,
  },
  {
    name: 'repairs',
    sdl: `${link}
      type Query { broken: [Thing!] bench: [Fix] }
      interface Thing { id: ID! }
      union Fix = Tape | Loan | Maker
      type Tape implements Thing @key(fields: "code side { name }") @key(fields: "id", resolvable: false) {
        code: ID! side: Side! @shareable id: ID! wear: Float @external
        mends: Int @requires(fields: "wear") 
      }
      type Side @shareable { name: ID! }
      type Loan @key(fields: "id", resolvable: false) { id: ID! }
      type Maker implements Thing @key(fields: "id") { id: ID! mended: [Fix!] }`,
  },
];
