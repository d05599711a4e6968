import type { CodeExplanation } from './explanation.ts';

/** Codes about subgraphs that disagree. */
export const mergeCodes: Record<string, CodeExplanation> = {
  TYPE_KIND_MISMATCH: {
    means: 'One name is different kinds of types in different subgraphs.',
    fix: 'Make it the same kind everywhere, or rename one of the two.',
  },
  FIELD_TYPE_MISMATCH: {
    means: 'A field has incompatible types in different subgraphs.',
    fix: 'Give the field one type everywhere; only nullability and subtypes may differ.',
  },
  FIELD_ARGUMENT_TYPE_MISMATCH: {
    means: 'An argument has incompatible types in different subgraphs.',
    fix: 'Give the argument one type in every subgraph.',
  },
  FIELD_ARGUMENT_DEFAULT_MISMATCH: {
    means: 'An argument has different defaults in different subgraphs.',
    fix: 'Give the argument the same default in every subgraph.',
  },
  INPUT_FIELD_DEFAULT_MISMATCH: {
    means: 'An input field has different defaults in different subgraphs.',
    fix: 'Give the input field the same default in every subgraph.',
  },
  ENUM_VALUE_MISMATCH: {
    means: 'An enum that is both sent and received has different values in different subgraphs.',
    fix: 'List the same values in every subgraph that defines the enum.',
  },
  EMPTY_MERGED_ENUM_TYPE: {
    means: 'No enum value is in all subgraphs that take it as input.',
    fix: 'Give the subgraphs at least one value in common.',
  },
  EMPTY_MERGED_INPUT_TYPE: {
    means: 'No input field is in all subgraphs that define the input.',
    fix: 'Give the subgraphs at least one field in common.',
  },
  INVALID_FIELD_SHARING: {
    means: 'Several subgraphs resolve a field that is not shareable.',
    fix: 'Leave the field to one subgraph, or mark it @shareable in every subgraph that resolves it.',
  },
  INVALID_SHAREABLE_USAGE: {
    means: '@shareable stands where it has no meaning.',
    fix: 'Remove @shareable from interface fields.',
  },
  REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH: {
    means: 'An argument is required in one subgraph and unknown in another.',
    fix: 'Add the argument everywhere, or make it optional.',
  },
  REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH: {
    means: 'An input field is required in one subgraph and unknown in another.',
    fix: 'Add the field everywhere, or make it optional.',
  },
  INTERFACE_FIELD_NO_IMPLEM: {
    means: 'A type lacks a field of an interface that it implements in another subgraph.',
    fix: 'Add the field to the type, or take it off the interface.',
  },
  SATISFIABILITY_ERROR: {
    means: 'Some query is valid but no path through the subgraphs can answer it.',
    fix: 'Give the type a @key that the subgraph of the field resolves, or make the field @shareable where it is needed.',
  },
  OVERRIDE_FROM_SELF_ERROR: {
    means: 'A field overrides itself.',
    fix: 'Name another subgraph in @override(from:).',
  },
  OVERRIDE_SOURCE_HAS_OVERRIDE: {
    means: 'A field is overridden from a subgraph that overrides it too.',
    fix: 'Keep @override in one of the subgraphs only.',
  },
  OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE: {
    means: '@override stands beside a directive that it cannot be combined with.',
    fix: 'Remove @override, or the @external, @provides or @requires of the field.',
  },
  OVERRIDE_ON_INTERFACE: {
    means: '@override stands on an interface field.',
    fix: 'Put @override on the fields of the object types.',
  },
  OVERRIDE_LABEL_INVALID: {
    means: 'The label of an @override is not a label.',
    fix: 'Use a name, or percent(0) to percent(100).',
  },
};
