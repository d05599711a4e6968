import type { CodeExplanation } from './explanation.ts';

/** Codes about what clients may see. */
export const visibilityCodes: Record<string, CodeExplanation> = {
  ONLY_INACCESSIBLE_CHILDREN: {
    means: 'Everything inside a visible type is @inaccessible.',
    fix: 'Mark the type @inaccessible too, or show one of its parts.',
  },
  REFERENCED_INACCESSIBLE: {
    means: 'Something visible refers to an @inaccessible type.',
    fix: 'Mark the reference @inaccessible as well, or show the type.',
  },
  REQUIRED_INACCESSIBLE: {
    means: 'A required argument or input field is @inaccessible.',
    fix: 'Give it a default, make it nullable, or show it.',
  },
  IMPLEMENTED_BY_INACCESSIBLE: {
    means: 'A field that a visible interface asks for is @inaccessible.',
    fix: 'Show the field, or hide it on the interface too.',
  },
  DEFAULT_VALUE_USES_INACCESSIBLE: {
    means: 'A visible default uses an @inaccessible value.',
    fix: 'Use a visible value as default.',
  },
  QUERY_ROOT_TYPE_INACCESSIBLE: {
    means: 'The type Query is @inaccessible.',
    fix: 'Remove @inaccessible from Query.',
  },
};
