export { type Composition, composeSubgraphs } from './compose.ts';
export type { CompositionError, Subgraph } from './composition/subgraph.ts';
