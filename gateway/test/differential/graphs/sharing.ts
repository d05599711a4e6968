import type { SubgraphSdl } from '../facts.ts';
import { link } from './link.ts';

/** Shared value types, provides, overrides, hidden things, unions and merged enums and inputs. */
export const sharing: SubgraphSdl[] = [
  {
    name: 'users',
    sdl: `${link}
      type Query { users(filter: Filter): [User!]! viewer: User @shareable node(id: ID!): Node status: Status version: String @shareable }
      type Mutation { signUp(input: SignUp!): SignedUp! touch: Int! }
      type Subscription { joined(room: String): User }
      interface Node { id: ID! }
      enum Status { ACTIVE AWAY @inaccessible HIDDEN @inaccessible }
      input Filter { name: String kind: Kind = OLD limit: Int! = 3 }
      enum Kind { OLD NEW ODD }
      input SignUp { name: String! tags: [String!] }
      type SignedUp { user: User errors: [Problem!]! }
      union Problem = Taken | Invalid
      type Taken { name: String message: String! }
      type Invalid { field: String! message: String }
      type User implements Node @key(fields: "id") @key(fields: "ref") {
        id: ID! ref: ID! @inaccessible name: String! @shareable secret: String @inaccessible status: Status
        address: Address @shareable plan: String! legacy: Int oldBio: String friends(filter: Filter): [User]
      }
      type Address @shareable { street: String city: String! geo: Geo }
      type Geo @shareable { lat: Float lon: Float }`,
  },
  {
    name: 'posts',
    sdl: `${link}
      type Query { posts: [Post!] feed: [Entry!]! viewer: User @shareable version: String @shareable drafts: [Post] }
      type Mutation { post(text: String!, filter: Filter): Post! like(id: ID!): Likeable }
      interface Likeable { likes: Int! }
      union Entry = Post | Ad | User
      type Ad { text: String! price: Int likes: Int }
      enum Status { ACTIVE AWAY BANNED }
      enum Kind { OLD NEW }
      input Filter { name: String kind: Kind = OLD limit: Int! = 3 mood: String }
      type Post implements Likeable @key(fields: "id") {
        id: ID! text: String likes: Int! author: User @provides(fields: "name address { city }") replies(first: Int = 1): [Post!]
        status: Status
      }
      type User @key(fields: "id") {
        id: ID! name: String! @external address: Address @external posts: [Post!]
        bio: String legacy: Int @override(from: "users")
        oldBio: String @override(from: "users", label: "percent(50)")
      }
      type Address @shareable { city: String! @external }`,
  },
  {
    name: 'places',
    sdl: `${link}
      type Query { cities: [City!]! version: String @shareable }
      type City @key(fields: "name") { name: String! address: Address! mayor: User visitors: [Visitor] }
      type Address @shareable { street: String city: String! geo: Geo }
      type Geo @shareable { lat: Float lon: Float }
      union Visitor = User | Tourist
      type Tourist @shareable { name: String! from: City }
      type User @key(fields: "ref") { ref: ID! @inaccessible home: City }
      extend type User { hometown: String }`,
  },
];
