import type { CodeExplanation } from './explanation.ts';

/** Codes about the SDL itself. */
export const sdlCodes: Record<string, CodeExplanation> = {
  INVALID_GRAPHQL: {
    means: 'The SDL of a subgraph is not valid GraphQL.',
    fix: 'Correct the SDL at the named place; a type that is named must be defined in this subgraph too.',
  },
  NO_SUBGRAPHS: {
    means: 'No subgraph was found.',
    fix: 'Point "subgraphs" in registry.config.json at the SDL files.',
  },
  INVALID_SUBGRAPH_NAME: {
    means: 'A subgraph has a name that is taken or reserved.',
    fix: 'Give the subgraph another name.',
  },
  NO_QUERIES: {
    means: 'No subgraph has a query.',
    fix: 'Define at least one field of `type Query` in some subgraph.',
  },
  TYPE_DEFINITION_INVALID: {
    means: 'A type that federation reserves is defined in another shape.',
    fix: 'Remove your own definition of it; composition adds the right one.',
  },
  DIRECTIVE_DEFINITION_INVALID: {
    means: 'A federation directive is defined in another shape.',
    fix: 'Remove your own definition of the directive and import it with @link.',
  },
  UNSUPPORTED_FEATURE: {
    means: 'The SDL uses something that federation does not support.',
    fix: 'Write it without the named feature.',
  },
  EXTENSION_WITH_NO_BASE: {
    means: 'A type is only ever extended.',
    fix: 'Write `type` instead of `extend type` in the subgraph that owns it.',
  },
  INVALID_LINK_IDENTIFIER: {
    means: 'A @link names a specification that cannot be understood.',
    fix: 'Use a URL such as https://specs.apollo.dev/federation/v2.9.',
  },
  INVALID_LINK_DIRECTIVE_USAGE: {
    means: 'A @link is written in a way that is not allowed.',
    fix: 'Write @link(url: "…", import: ["@key"]) on `extend schema`.',
  },
  UNKNOWN_LINK_VERSION: {
    means: 'A @link asks for a version that does not exist.',
    fix: 'Use a published version of the specification.',
  },
  UNKNOWN_FEDERATION_LINK_VERSION: {
    means: 'A @link asks for an unknown version of federation.',
    fix: 'Use a version from v2.0 to v2.9.',
  },
  LINK_IMPORT_NAME_MISMATCH: {
    means: 'Subgraphs import one directive under different names.',
    fix: 'Import it under the same name everywhere.',
  },
};
