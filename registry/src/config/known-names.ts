import { changeTypeNames } from '../changes/own-types.ts';
import { lintRules } from '../lint/rules/index.ts';
import { badInput } from '../refusal.ts';
import type { Config } from './schema.ts';

/** Refuses settings for rules and change types that do not exist: a typing error would switch nothing off. */
export function requireKnownNames(config: Config): void {
  refuseUnknown(
    'lint rule',
    Object.keys(config.lint.rules),
    lintRules.map(({ name }) => name),
  );
  refuseUnknown('change type', Object.keys(config.policy.changes), changeTypeNames);
}

function refuseUnknown(kind: string, names: readonly string[], known: readonly string[]): void {
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined)
    throw badInput(
      `Unknown ${kind} "${stranger}" in the configuration. Known: ${known.toSorted().join(', ')}.`,
    );
}
