import { type DocumentNode, Kind, type OperationDefinitionNode } from 'graphql';
import type { CompiledOperation } from '../../execution/types.ts';
import { type Switch, switchesOf } from './switches.ts';
import { createNestedLists, type NestedLists } from '../limits/list-limit.ts';
import { pointsOf } from '../limits/points.ts';
import type { ParsedDocument } from './parse-document.ts';

export const entryLimits = {
  /** Plans of one operation: one for each set of `@override` labels and of switches; that used longest ago goes. */
  plansPerOperation: 32,
  /** What a node of a syntax tree holds, its share of names and lists included; memory.test.ts measures it. */
  bytesPerNode: 150,
  bytesBeside: 2_000,
  /** Of a document that sleeps: its hash, and what holds it and its two texts. */
  bytesAsleep: 600,
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
  /**
   * Plans by what they were made for, those used last at the end; see plan.ts. One that is not compiled is the text that
   * it was kept as while the document slept.
   */
  readonly plans: Map<string, CompiledOperation | string>;
  readonly runs: Runs;
}

/** How often an operation ran to an end. It is counted on while the rest of the operation sleeps. */
export interface Runs {
  count: number;
}

/** A document that came once and was valid, with the plan that was made for it. */
export interface Sleeping {
  readonly hash: string;
  readonly text: string;
  /** Of the operation that was asked for. */
  readonly operationName: string | undefined;
  readonly runs: Runs;
  readonly planKey: string;
  /** `planText` of CompiledOperation. */
  readonly planText: string;
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

/** With what is left of it, where it slept. */
export function createEntry(
  hash: string,
  text: string,
  { conditionVariables, document, nodes, measures }: ParsedDocument,
  sleeping?: Sleeping,
): Entry {
  const nestedListsOf = createNestedLists(document);
  const operations = document.definitions.flatMap((node): KnownOperation[] => {
    if (node.kind !== Kind.OPERATION_DEFINITION) return [];
    const name = node.name?.value;
    const slept = sleeping?.operationName === name ? sleeping : undefined;
    return [
      {
        kind: node.operation,
        name,
        node,
        points: pointsOf(measures.get(node)),
        lists: nestedListsOf(node),
        switches: switchesOf(node, conditionVariables),
        plans: new Map(slept && [[slept.planKey, slept.planText]]),
        runs: slept?.runs ?? { count: 0 },
      },
    ];
  });
  return { isValid: sleeping !== undefined, hash, text, document, operations, nodes };
}

/** What an entry holds in memory. */
export function bytesOf({ text, nodes, operations }: Entry): number {
  let bytes = entryLimits.bytesBeside + 2 * text.length + entryLimits.bytesPerNode * nodes;
  for (const { plans } of operations) {
    for (const plan of plans.values()) bytes += typeof plan === 'string' ? 2 * plan.length : plan.bytes;
  }
  return bytes;
}

/** The same of one that sleeps. */
export function bytesOfSleeping(sleeping: Sleeping | undefined): number {
  return sleeping ? entryLimits.bytesAsleep + 2 * (sleeping.text.length + sleeping.planText.length) : 0;
}

/** The operation of this name, or the only one. */
export function operationOf({ operations }: Entry, name: string | undefined): KnownOperation | undefined {
  if (name === undefined) return operations.length === 1 ? operations[0] : undefined;
  return operations.find((operation) => operation.name === name);
}
