import type { SubgraphSdl } from '../facts.ts';
import { link } from './link.ts';

/** An interface that a subgraph knows less of: plans ask each of its types, under aliases where types differ. */
export const explosion: SubgraphSdl[] = [
  {
    name: 'boxes',
    sdl: `${link}
      type Query { tagged: [Tagged!] one: Tagged mixed: [Mixed!]! }
      interface Tagged { id: ID! }
      union Mixed = Alpha | Beta
      type Alpha implements Tagged @key(fields: "id") { id: ID! tag(short: Boolean): String! @shareable note: Float size: Int! }
      type Beta implements Tagged @key(fields: "id") { id: ID! tag(short: Boolean): String @shareable flag: Boolean size: Int }`,
  },
  {
    name: 'labels',
    sdl: `${link}
      type Query { other: Tagged labelled: [Labelled] }
      interface Tagged { id: ID! tag(short: Boolean): String peer: Tagged }
      interface Labelled { label: String! }
      type Alpha implements Tagged & Labelled @key(fields: "id") { id: ID! tag(short: Boolean): String! @shareable peer: Tagged label: String! }
      type Beta implements Tagged @key(fields: "id") { id: ID! tag(short: Boolean): String @shareable peer: Tagged! }
      type Gamma implements Labelled @key(fields: "id") { id: ID! label: String! near: [Alpha] }`,
  },
  {
    name: 'weights',
    sdl: `${link}
      type Query { heaviest: Alpha }
      type Alpha @key(fields: "id") { id: ID! weight: Float! size: Int! @external fits: Boolean @requires(fields: "size") }
      type Beta @key(fields: "id") { id: ID! weight: Float twin: Alpha! }
      type Gamma @key(fields: "id") { id: ID! weight: Int }`,
  },
];
