import {
  FragmentsOnCompositeTypesRule,
  KnownArgumentNamesRule,
  KnownDirectivesRule,
  KnownFragmentNamesRule,
  NoFragmentCyclesRule,
  NoSchemaIntrospectionCustomRule,
  NoUndefinedVariablesRule,
  NoUnusedFragmentsRule,
  NoUnusedVariablesRule,
  OverlappingFieldsCanBeMergedRule as quadraticRule,
  PossibleFragmentSpreadsRule,
  specifiedRules,
  UniqueArgumentNamesRule,
  UniqueDirectivesPerLocationRule,
  UniqueFragmentNamesRule,
  UniqueInputFieldNamesRule,
  UniqueVariableNamesRule,
  type ValidationRule,
  ValuesOfCorrectTypeRule,
  VariablesAreInputTypesRule,
  VariablesInAllowedPositionRule,
} from 'graphql';
import { OverlappingFieldsCanBeMergedRule } from './overlapping-fields.ts';

/** Rules that have nothing to say of a document without some sign, by that sign. */
const onlyWith: readonly (readonly [sign: RegExp, rules: readonly ValidationRule[]])[] = [
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

/**
 * The specification's rules as they apply to a text. Most of the time of validation is asking rules that a short
 * document gives nothing to do.
 */
export function rulesFor(text: string, allowsIntrospection: boolean): ValidationRule[] {
  const idle = new Set<ValidationRule>([quadraticRule]);
  for (const [sign, rules] of onlyWith) if (!sign.test(text)) for (const rule of rules) idle.add(rule);
  return [
    ...specifiedRules.filter((rule) => !idle.has(rule)),
    OverlappingFieldsCanBeMergedRule,
    ...(allowsIntrospection ? [] : [NoSchemaIntrospectionCustomRule]),
  ];
}
