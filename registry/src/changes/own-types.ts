import { ChangeType, type TypeOfChangeType } from '@graphql-inspector/core';

/** Changes that no comparison of two schemas shows by itself, each with its level and why. */
export const ownChangeTypes = {
  ACCESS_RULE_ADDED:
    'dangerous: a router that enforces @authenticated, @requiresScopes or @policy refuses clients that were answered before.',
  ACCESS_RULE_CHANGED: 'safe if whoever was answered before still is, else dangerous.',
  ACCESS_RULE_REMOVED: 'safe: whoever was answered before still is.',
  CONTRACT_REMOVED: 'breaking: whoever was given the view has nothing to ask any more.',
  OPERATION_INVALID: 'breaking: a counted client sends an operation that the candidate refuses.',
} as const;

/** The name of a kind of change: the inspector's, or one of ours. */
export type ChangeTypeName = TypeOfChangeType | keyof typeof ownChangeTypes;

/** Every name that a policy may set a severity for. */
export const changeTypeNames: readonly string[] = [
  ...Object.values(ChangeType),
  ...Object.keys(ownChangeTypes),
];
