import type { Store } from '@murmuration/registry/wire';
import type { Graph } from '../graphs.ts';

/** Opens the store of a graph. */
export type OpenStore = (graph: Graph) => Store;
