import type { CodeExplanation } from './explanation.ts';

/** Codes about access rules. */
export const authCodes: Record<string, CodeExplanation> = {
  AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE: {
    means: 'An access rule stands on an interface.',
    fix: 'Put @authenticated, @requiresScopes or @policy on the object types and their fields.',
  },
  MISSING_TRANSITIVE_AUTH_REQUIREMENTS: {
    means: 'A field reads protected data by @requires or @fromContext without asking for the same rights.',
    fix: 'Put the access rules of the data that it reads on the field too.',
  },
};
