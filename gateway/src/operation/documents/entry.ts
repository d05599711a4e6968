import { type DocumentNode, Kind, type OperationDefinitionNode } from 'graphql';
import type { CompiledOperation } from '../../execution/types.ts';
import { type Switch, switchesOf } from '../../planning/switches.ts';
import { createNestedLists, type NestedLists } from '../limits/list-limit.ts';
import { pointsOf } from '../limits/points.ts';
import type { ParsedDocument } from './parse-document.ts';

export const entryLimits = {
  /** Plans of one operation: one for each set of `@override` labels and of switches; that used longest ago goes. */
  plansPerOperation: 32,
  /** What a node of a syntax tree holds, its share of names and lists included; memory.test.ts measures it. */
  bytesPerNode: 150,
  bytesBeside: 2_000,
} as const;

/** One operation of a document that was let in. */
export interface KnownOperation {
  readonly kind: OperationDefinitionNode['operation'];
  readonly name: string | undefined;
  readonly node: OperationDefinitionNode;
  /** What it takes from its caller's rate limit. */
  readonly points: number;
  readonly lists: NestedLists;
  readonly switches: readonly Switch[];
  /** Compiled plans by what they were made for, those used last at the end; see plan.ts. */
  readonly plans: Map<string, CompiledOperation>;
  /** How often it ran to an end. */
  ran: number;
}

/** All that is known of a document on one supergraph: parsed, measured, and its plans as they are made. */
export interface Entry {
  /** Whether it has been found to fit the supergraph; only such are kept. */
  isValid: boolean;
  readonly hash: string;
  readonly text: string;
  readonly document: DocumentNode;
  readonly operations: readonly KnownOperation[];
  /** Nodes of its syntax tree. */
  readonly nodes: number;
}

export function createEntry(
  hash: string,
  text: string,
  { conditionVariables, document, nodes, measures }: ParsedDocument,
): Entry {
  const nestedListsOf = createNestedLists(document);
  const operations = document.definitions.flatMap((node): KnownOperation[] => {
    if (node.kind !== Kind.OPERATION_DEFINITION) return [];
    return [
      {
        kind: node.operation,
        name: node.name?.value,
        node,
        points: pointsOf(measures.get(node)),
        lists: nestedListsOf(node),
        switches: switchesOf(node, conditionVariables),
        plans: new Map(),
        ran: 0,
      },
    ];
  });
  return { isValid: false, hash, text, document, operations, nodes };
}

/** What an entry holds in memory. */
export function bytesOf({ text, nodes, operations }: Entry): number {
  let bytes = entryLimits.bytesBeside + 2 * text.length + entryLimits.bytesPerNode * nodes;
  for (const { plans } of operations) for (const plan of plans.values()) bytes += plan.bytes;
  return bytes;
}

/** The operation of this name, or the only one. */
export function operationOf({ operations }: Entry, name: string | undefined): KnownOperation | undefined {
  if (name === undefined) return operations.length === 1 ? operations[0] : undefined;
  return operations.find((operation) => operation.name === name);
}
