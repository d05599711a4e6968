import type { CodeExplanation } from './explanation.ts';

/** Codes of what composes and is hardly meant so. */
export const hintCodes: Record<string, CodeExplanation> = {
  FROM_SUBGRAPH_DOES_NOT_EXIST: {
    means: 'An @override names a subgraph that does not exist (a hint).',
    fix: 'Correct the name in @override(from:), or remove the directive.',
  },
  OVERRIDE_DIRECTIVE_CAN_BE_REMOVED: {
    means: 'An @override takes over what its source does not resolve any more (a hint).',
    fix: 'Remove the @override.',
  },
  OVERRIDDEN_FIELD_CAN_BE_REMOVED: {
    means: 'A field is answered by another subgraph that overrides it (a hint).',
    fix: 'Remove the field from the subgraph that is overridden.',
  },
  OVERRIDE_MIGRATION_IN_PROGRESS: {
    means: 'A field moves to another subgraph step by step (a hint).',
    fix: 'Once all traffic has moved, remove the field from its old subgraph.',
  },
};
