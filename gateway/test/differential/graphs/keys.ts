import type { SubgraphSdl } from '../facts.ts';
import { link } from './link.ts';

/** Compound, multiple and nested keys; a chain of three subgraphs that only together know an object; cycles. */
export const keys: SubgraphSdl[] = [
  {
    name: 'catalog',
    sdl: `${link}
      type Query { products(first: Int = 3): [Product!]! product(id: ID!): Product shelf: Shelf }
      type Mutation { retitle(id: ID!, title: String): Product discontinue(id: ID!): Product! }
      type Product @key(fields: "id") @key(fields: "sku") {
        id: ID! sku: String! title: String related: [Product] parent: Product shelf: Shelf!
      }
      type Shelf @key(fields: "aisle number") { aisle: String! number: Int! products: [Product!] label(long: Boolean = false): String! }`,
  },
  {
    name: 'warehouse',
    sdl: `${link}
      type Query { shipments: [Shipment] }
      type Mutation { restock(amount: Int!): Shipment }
      type Product @key(fields: "sku") { sku: String! shipments: [Shipment!] weight: Float batch: Batch }
      type Shelf @key(fields: "aisle number") { aisle: String! number: Int! isFull: Boolean height: Int! }
      type Shipment @key(fields: "code") { code: ID! count: Int! arrived: Boolean }
      type Batch @key(fields: "maker { id } year") { maker: Maker! year: Int! }
      type Maker { id: ID! }`,
  },
  {
    name: 'quality',
    sdl: `${link}
      type Query { inspector(name: String): Inspector }
      type Batch @key(fields: "maker { id } year") { maker: Maker! year: Int! grade: String! inspections: [Inspection!]! }
      type Maker { id: ID! }
      type Shipment @key(fields: "code") { code: ID! inspector: Inspector }
      type Inspection { score: Int remark: String! inspector: Inspector }
      type Inspector @key(fields: "badge") { badge: ID! name: String! product: Product }
      type Product @key(fields: "id") { id: ID! defects: [String!]! }`,
  },
  {
    name: 'staff',
    sdl: `${link}
      type Query { me: Inspector! }
      type Inspector @key(fields: "badge") { badge: ID! boss: Inspector friends: [[Inspector]] salary: Int! shelf: Shelf }
      type Shelf @key(fields: "aisle number") { aisle: String! number: Int! }`,
  },
];
