import type { LintRule } from '../rule.ts';
import { descriptionStyle } from './description-style.ts';
import { inputName } from './input-name.ts';
import { namingConvention } from './naming-convention.ts';
import { noHashtagDescription } from './no-hashtag-description.ts';
import { noScalarResultTypeOnMutation } from './no-scalar-result-type-on-mutation.ts';
import { noTypenamePrefix } from './no-typename-prefix.ts';
import { noUnreachableTypes } from './no-unreachable-types.ts';
import { relayArguments } from './relay-arguments.ts';
import { relayConnectionTypes } from './relay-connection-types.ts';
import { relayEdgeTypes } from './relay-edge-types.ts';
import { relayPageInfo } from './relay-page-info.ts';
import { requireDeprecationDate } from './require-deprecation-date.ts';
import { requireDeprecationReason } from './require-deprecation-reason.ts';
import { requireDescription } from './require-description.ts';
import { requireNullableFieldsWithOneof } from './require-nullable-fields-with-oneof.ts';
import { requireNullableResultInRoot } from './require-nullable-result-in-root.ts';
import { sharedDescription } from './shared-description.ts';
import { strictIdInTypes } from './strict-id-in-types.ts';
import { uniqueEnumValueNames } from './unique-enum-value-names.ts';

/** Every lint rule, in the order of its name. */
export const lintRules: readonly LintRule[] = [
  descriptionStyle,
  inputName,
  namingConvention,
  noHashtagDescription,
  noScalarResultTypeOnMutation,
  noTypenamePrefix,
  noUnreachableTypes,
  relayArguments,
  relayConnectionTypes,
  relayEdgeTypes,
  relayPageInfo,
  requireDeprecationDate,
  requireDeprecationReason,
  requireDescription,
  requireNullableFieldsWithOneof,
  requireNullableResultInRoot,
  sharedDescription,
  strictIdInTypes,
  uniqueEnumValueNames,
];
