import type { GraphQLError, OperationDefinitionNode } from 'graphql';
import { edgeCodes } from '../edge-codes.ts';
import { refusal } from '../refusal.ts';
import type { Measures } from './measure.ts';

/** Limits of an operation, fragments written out. The parser has its own, of tokens. */
export interface OperationLimits {
  maxDepth: number;
  /** One field asked a hundred times under other names is a hundred fields. */
  maxAliases: number;
  /** Mutations run one after another, and each root field of a query is a fetch or more. */
  maxRootFields: number;
  /** Fragments of fragments are small to write and large to answer. */
  maxFields: number;
  /** An operation's name goes into logs, metrics and spans. */
  maxNameLength: number;
}

type Measure = (measures: Measures, operation: OperationDefinitionNode) => number;

const kinds: readonly [keyof OperationLimits, Measure, string][] = [
  ['maxDepth', ({ depth }) => depth, 'levels'],
  ['maxAliases', ({ aliases }) => aliases, 'aliases'],
  ['maxRootFields', ({ rootFields }) => rootFields, 'root fields'],
  ['maxFields', ({ fields }) => fields, 'fields'],
  ['maxNameLength', (_, { name }) => name?.value.length ?? 0, 'characters in its name'],
];

/** Which limits the operations of a document are over, each by name; empty when none. */
export function overLimits(
  operations: Iterable<[OperationDefinitionNode, Measures]>,
  limits: OperationLimits,
): GraphQLError[] {
  const problems: GraphQLError[] = [];
  for (const [operation, measures] of operations) {
    for (const [limit, measure, unit] of kinds) {
      const found = measure(measures, operation);
      const max = limits[limit];
      if (found <= max) continue;
      const message = `The operation has ${found} ${unit}; ${limit} allows ${max}.`;
      problems.push(refusal(message, edgeCodes.validationFailed, 400, { extensions: { limit, max } }));
    }
  }
  return problems;
}
