import type { CodeExplanation } from './explanation.ts';

/** Codes about composed directives, cost and context. */
export const directiveCodes: Record<string, CodeExplanation> = {
  DIRECTIVE_COMPOSITION_ERROR: {
    means: 'A directive of yours cannot be composed.',
    fix: '@link its specification at the same major version in every subgraph and name it in @composeDirective.',
  },
  DIRECTIVE_COST_INVALID_WEIGHT: {
    means: 'The weight of a @cost is no whole number.',
    fix: 'Write @cost(weight: 5).',
  },
  COST_APPLIED_TO_INTERFACE_FIELD: {
    means: 'A @cost stands on an interface field.',
    fix: 'Put @cost on the fields of the object types.',
  },
  LIST_SIZE_APPLIED_TO_NON_LIST: {
    means: 'A @listSize stands on a field that returns no list.',
    fix: 'Name the list in sizedFields, or remove @listSize.',
  },
  LIST_SIZE_INVALID_ASSUMED_SIZE: {
    means: 'The assumed size of a @listSize is negative.',
    fix: 'Use zero or more.',
  },
  LIST_SIZE_INVALID_SIZED_FIELD: {
    means: 'A @listSize names a sized field that is no list of the returned type.',
    fix: 'Name list fields of the returned type.',
  },
  LIST_SIZE_INVALID_SLICING_ARGUMENT: {
    means: 'A @listSize names a slicing argument that is no Int argument of the field.',
    fix: 'Name Int arguments of the field, such as first.',
  },
  LIST_SIZE_INVALID_REQUIRE_ONE_SLICING_ARGUMENT: {
    means: 'A @listSize asks for one slicing argument but names none.',
    fix: 'Set requireOneSlicingArgument: false or name slicingArguments.',
  },
  CONTEXT_NOT_SET: {
    means: 'A @fromContext reads a context that nothing sets.',
    fix: 'Put @context with that name on a type above the field.',
  },
  CONTEXT_NAME_INVALID: {
    means: 'A context has a name that is not allowed.',
    fix: 'Use letters and digits only.',
  },
  CONTEXT_INVALID_SELECTION: {
    means: 'A @fromContext selects what its context does not have.',
    fix: 'Select one existing field of the type with the @context.',
  },
  CONTEXT_NO_RESOLVABLE_KEY: {
    means: 'A type that uses a context has no resolvable key.',
    fix: 'Give it a @key that can be resolved.',
  },
  NO_CONTEXT_IN_SELECTION: {
    means: 'A @fromContext names no context.',
    fix: 'Begin the selection with $contextName.',
  },
  CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS: {
    means: 'An argument is filled from a context in some subgraphs only.',
    fix: 'Use @fromContext in all of them, or make the argument optional.',
  },
};
