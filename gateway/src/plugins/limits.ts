import { GraphQLError, type ValidationRule } from 'graphql';
import { edgeCodes } from '../edge-codes.ts';
import { type Measures, measureOperation } from './measure.ts';

/** Limits by name. `maxTokens` is the parser's; the others are rules below. */
export interface OperationLimits {
  maxDepth: number;
  maxAliases: number;
  maxRootFields: number;
  maxFields: number;
}

/** No deeper than this, fragments written out. */
export const depthLimit = (max: number) => rule('maxDepth', max, (found) => found.depth, 'levels');

/** One field asked a hundred times under other names is a hundred fields. */
export const aliasLimit = (max: number) => rule('maxAliases', max, (found) => found.aliases, 'aliases');

/** Mutations run one after another, and each root field of a query is a fetch or more. */
export const rootFieldLimit = (max: number) =>
  rule('maxRootFields', max, (found) => found.rootFields, 'root fields');

/** Fragments of fragments are small to write and large to answer. */
export const fieldLimit = (max: number) => rule('maxFields', max, (found) => found.fields, 'fields');

/** All limits as validation rules: they cost once a document, not once a request. */
export function limitRules(limits: OperationLimits): ValidationRule[] {
  return [
    depthLimit(limits.maxDepth),
    aliasLimit(limits.maxAliases),
    rootFieldLimit(limits.maxRootFields),
    fieldLimit(limits.maxFields),
  ];
}

function rule(
  limit: keyof OperationLimits,
  max: number,
  measure: (measures: Measures) => number,
  unit: string,
): ValidationRule {
  return (context) => ({
    OperationDefinition(operation) {
      const found = measure(measureOperation(operation, (name) => context.getFragment(name)));
      if (found <= max) return;
      context.reportError(
        new GraphQLError(`The operation has ${found} ${unit}; ${limit} allows ${max}.`, {
          nodes: operation,
          extensions: { code: edgeCodes.validationFailed, limit, max },
        }),
      );
    },
  });
}
