import type { CodeExplanation } from './explanation.ts';

/** Codes about entities and what refers to them. */
export const keyCodes: Record<string, CodeExplanation> = {
  KEY_INVALID_FIELDS: {
    means: 'A @key selects something that does not exist or cannot be selected.',
    fix: 'Name fields of this type in the @key; add the field, @external if it belongs to another subgraph.',
  },
  KEY_INVALID_FIELDS_TYPE: {
    means: 'The fields of a @key are not a string.',
    fix: 'Write @key(fields: "id").',
  },
  KEY_FIELDS_SELECT_INVALID_TYPE: {
    means: 'A @key selects a list, an interface or a union.',
    fix: 'Use only scalars and objects in a @key.',
  },
  KEY_FIELDS_HAS_ARGS: {
    means: 'A @key selects a field with arguments.',
    fix: 'Use fields without arguments in a @key.',
  },
  KEY_DIRECTIVE_IN_FIELDS_ARG: {
    means: 'A @key has a directive in its fields.',
    fix: 'Remove the directive from the selection.',
  },
  KEY_UNSUPPORTED_ON_INTERFACE: {
    means: 'A @key stands on an interface in a version of federation that has none.',
    fix: 'Use federation v2.3 or newer, or remove the @key.',
  },
  INTERFACE_KEY_NOT_ON_IMPLEMENTATION: {
    means: 'An interface has a @key that an implementation lacks.',
    fix: 'Give every implementation the same @key.',
  },
  INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE: {
    means: 'A subgraph with a keyed interface lacks one of its implementations.',
    fix: 'Define all implementations in the subgraph that keys the interface.',
  },
  INTERFACE_OBJECT_USAGE_ERROR: {
    means: 'An @interfaceObject does not fit its interface.',
    fix: 'Give it the @key of the interface and do not define implementations in the same subgraph.',
  },
  EXTERNAL_UNUSED: {
    means: 'An @external field is used by no @key, @requires or @provides.',
    fix: 'Remove the field, or drop @external if this subgraph resolves it.',
  },
  EXTERNAL_TYPE_MISMATCH: {
    means: 'An @external field has another type than at its owner.',
    fix: 'Copy the type from the subgraph that owns the field.',
  },
  EXTERNAL_ARGUMENT_MISSING: {
    means: 'An @external field lacks an argument that its owner has.',
    fix: 'Copy the arguments from the subgraph that owns the field.',
  },
  EXTERNAL_MISSING_ON_BASE: {
    means: 'An @external field exists in no other subgraph.',
    fix: 'Define it in the subgraph that owns it, or drop @external.',
  },
  MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL: {
    means: 'A directive of the owner stands on an @external field.',
    fix: 'Move the directive to the subgraph that owns the field.',
  },
  REQUIRES_INVALID_FIELDS: {
    means: 'A @requires selects something that does not exist.',
    fix: 'Name existing fields of the type, @external in this subgraph.',
  },
  REQUIRES_INVALID_FIELDS_TYPE: {
    means: 'The fields of a @requires are not a string.',
    fix: 'Write @requires(fields: "name").',
  },
  REQUIRES_FIELDS_MISSING_EXTERNAL: {
    means: 'A @requires selects a field that this subgraph resolves itself.',
    fix: 'Mark the field @external, or drop it from @requires.',
  },
  REQUIRES_DIRECTIVE_IN_FIELDS_ARG: {
    means: 'A @requires has a directive in its fields.',
    fix: 'Remove the directive from the selection.',
  },
  REQUIRES_UNSUPPORTED_ON_INTERFACE: {
    means: 'A @requires stands on an interface field.',
    fix: 'Put @requires on the fields of the object types.',
  },
  PROVIDES_INVALID_FIELDS: {
    means: 'A @provides selects something that does not exist.',
    fix: 'Name existing fields of the returned type.',
  },
  PROVIDES_INVALID_FIELDS_TYPE: {
    means: 'The fields of a @provides are not a string.',
    fix: 'Write @provides(fields: "name").',
  },
  PROVIDES_FIELDS_MISSING_EXTERNAL: {
    means: 'A @provides selects a field that is not @external here.',
    fix: 'Mark the provided field @external, or drop @provides.',
  },
  PROVIDES_FIELDS_HAS_ARGS: {
    means: 'A @provides selects a field with arguments.',
    fix: 'Provide fields without arguments only.',
  },
  PROVIDES_DIRECTIVE_IN_FIELDS_ARG: {
    means: 'A @provides has a directive in its fields.',
    fix: 'Remove the directive from the selection.',
  },
  PROVIDES_ON_NON_OBJECT_FIELD: {
    means: 'A @provides stands on a field that returns no object.',
    fix: 'Remove @provides.',
  },
  PROVIDES_UNSUPPORTED_ON_INTERFACE: {
    means: 'A @provides stands on an interface field.',
    fix: 'Put @provides on the fields of the object types.',
  },
};
