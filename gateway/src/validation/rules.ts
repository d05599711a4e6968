import {
  type DocumentNode,
  ExecutableDefinitionsRule,
  FragmentsOnCompositeTypesRule,
  Kind,
  KnownArgumentNamesRule,
  KnownDirectivesRule,
  KnownFragmentNamesRule,
  KnownTypeNamesRule,
  LoneAnonymousOperationRule,
  MaxIntrospectionDepthRule,
  NoFragmentCyclesRule,
  NoSchemaIntrospectionCustomRule,
  NoUndefinedVariablesRule,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  OverlappingFieldsCanBeMergedRule as quadraticRule,
  PossibleFragmentSpreadsRule,
  SingleFieldSubscriptionsRule,
  specifiedRules,
  UniqueArgumentNamesRule,
  UniqueDirectivesPerLocationRule,
  UniqueFragmentNamesRule,
  UniqueInputFieldNamesRule,
  UniqueOperationNamesRule,
  UniqueVariableNamesRule,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
  VariablesAreInputTypesRule,
  VariablesInAllowedPositionRule,
} from 'graphql';
import { OverlappingFieldsCanBeMergedRule } from './overlapping-fields.ts';

/** Rules that have nothing to say of a document without some sign, by that sign. */
const onlyWith: readonly (readonly [sign: RegExp, rules: readonly ValidationRule[]])[] = [
  [/__schema|__type\b/, [MaxIntrospectionDepthRule, NoSchemaIntrospectionCustomRule]],
  [/subscription/, [SingleFieldSubscriptionsRule]],
  [/\$|\.\.\.|fragment/, [KnownTypeNamesRule]],
  [/@/, [KnownDirectivesRule, UniqueDirectivesPerLocationRule]],
  [
    /\$/,
    [
      UniqueVariableNamesRule,
      VariablesAreInputTypesRule,
      NoUndefinedVariablesRule,
      NoUnusedVariablesRule,
      VariablesInAllowedPositionRule,
    ],
  ],
  [
    /\(/,
    [KnownArgumentNamesRule, UniqueArgumentNamesRule, ValuesOfCorrectTypeRule, UniqueInputFieldNamesRule],
  ],
  [
    /\.\.\.|fragment/,
    [
      FragmentsOnCompositeTypesRule,
      KnownFragmentNamesRule,
      NoFragmentCyclesRule,
      NoUnusedFragmentsRule,
      PossibleFragmentSpreadsRule,
      UniqueFragmentNamesRule,
    ],
  ],
];

/** Those of documents with more than one definition, or with one that is no operation. */
const ofDefinitions: readonly ValidationRule[] = [
  ExecutableDefinitionsRule,
  LoneAnonymousOperationRule,
  UniqueOperationNamesRule,
];

/**
 * The specification's rules as they apply to a text. Most of the time of validation is asking rules that a short
 * document gives nothing to do.
 */
export function rulesFor(
  text: string,
  { definitions }: DocumentNode,
  allowsIntrospection: boolean,
): ValidationRule[] {
  const idle = new Set<ValidationRule>([quadraticRule]);
  for (const [sign, rules] of onlyWith) if (!sign.test(text)) for (const rule of rules) idle.add(rule);
  if (definitions.length === 1 && definitions[0]?.kind === Kind.OPERATION_DEFINITION) {
    for (const rule of ofDefinitions) idle.add(rule);
  }
  const all = allowsIntrospection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  return [...all.filter((rule) => !idle.has(rule)), OverlappingFieldsCanBeMergedRule];
}
