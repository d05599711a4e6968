import type { SubgraphSdl } from '../facts.ts';
import { link } from './link.ts';

/** `@requires`: with arguments that differ, nested, over lists, over abstract types, and through each other. */
export const requires: SubgraphSdl[] = [
  {
    name: 'measures',
    sdl: `${link}
      type Query { items(first: Int): [Item!]! item(id: ID): Item holder: Holder }
      enum Unit { CM INCH }
      scalar Json
      type Item @key(fields: "id") {
        id: ID! size(unit: Unit! = CM, exact: Boolean): Int price(currency: String): Float weight: Int!
        box: Box tags: [String] parts: [Part!]! shape: Shape owner: Owner raw: Json
      }
      type Box @shareable { width(unit: Unit = INCH): Int depth: Int }
      type Part @key(fields: "code") { code: ID! grade(scale: Int = 5): Int name: String }
      interface Shape { area: Int }
      type Circle implements Shape { area: Int radius: Int }
      type Square implements Shape { area: Int side: Float }
      union Owner = Person | Firm
      type Person { name: String! }
      type Firm { firm: String number: Int }
      type Holder { any: [Owner] shapes: [Shape!] item: Item! }`,
  },
  {
    name: 'shipping',
    sdl: `${link}
      enum Unit { CM INCH }
      scalar Json
      type Item @key(fields: "id") {
        id: ID! weight: Int! @external tags: [String] @external raw: Json @external
        size(unit: Unit! = CM, exact: Boolean): Int @external
        price(currency: String): Float @external
        box: Box @external
        parts: [Part!]! @external
        cost: Int @requires(fields: "weight size(unit: INCH)")
        crate: String! @requires(fields: "size(unit: CM, exact: true) box { width(unit: CM) }")
        duty(country: String!): Float @requires(fields: "price(currency: \\"EUR\\") tags")
        tax: Float @requires(fields: "price")
        manifest: [String!] @requires(fields: "parts { grade(scale: 7) }")
        opaque: String @requires(fields: "raw")
      }
      type Box @shareable { width(unit: Unit = INCH): Int }
      type Part @key(fields: "code") { code: ID! grade(scale: Int = 5): Int @external
        rank: Int @requires(fields: "grade(scale: 9)") }`,
  },
  {
    name: 'insurance',
    sdl: `${link}
      interface Shape { area: Int }
      type Circle implements Shape { area: Int @external radius: Int @external }
      type Square implements Shape { area: Int @external side: Float @external }
      union Owner = Person | Firm
      type Person { name: String! @external }
      type Firm { firm: String @external number: Int @external }
      type Item @key(fields: "id") {
        id: ID! cost: Int @external
        shape: Shape @external
        owner: Owner @external
        premium: Int @requires(fields: "cost")
        cover: String @requires(fields: "shape { area ... on Circle { radius } ... on Square { side } }")
        insured: Boolean! @requires(fields: "owner { ... on Person { name } ... on Firm { firm number } }")
        policy: Policy
      }
      type Policy @key(fields: "no") { no: ID! terms(page: Int): String }`,
  },
];
