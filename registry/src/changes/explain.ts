import { changeTypeNames, ownChangeTypes } from './own-types.ts';

/** When a type can have several levels, what decides. */
const conditions: Record<string, string> = {
  ...ownChangeTypes,
  FIELD_TYPE_CHANGED:
    'breaking, unless it only becomes stricter (`Int` to `Int!`): then safe, or dangerous if fragments on some interface or union can put a field that keeps the old type under the same name, at any depth.',
  FIELD_ARGUMENT_ADDED: 'breaking if required without a default, else safe.',
  FIELD_ARGUMENT_TYPE_CHANGED: 'safe if everything sent before is still accepted, else breaking.',
  FIELD_ARGUMENT_DEFAULT_CHANGED: 'breaking if a required argument loses its default, else dangerous.',
  INPUT_FIELD_ADDED: 'breaking if required without a default, else safe.',
  INPUT_FIELD_TYPE_CHANGED: 'safe if everything sent before is still accepted, else breaking.',
  INPUT_FIELD_DEFAULT_VALUE_CHANGED: 'breaking if a required field loses its default, else dangerous.',
  ENUM_VALUE_ADDED: 'dangerous if some field returns the enum, else safe.',
  OBJECT_TYPE_INTERFACE_ADDED: 'dangerous if clients know the interface, else safe.',
  UNION_MEMBER_ADDED: 'dangerous: clients may meet a type that they do not know.',
  DIRECTIVE_USAGE_INPUT_OBJECT_ADDED: 'breaking for @oneOf, else safe.',
};

/** A change type in words. */
export function changeTypeText(code: string): string | undefined {
  if (!changeTypeNames.includes(code)) return undefined;
  const words = code.toLowerCase().replaceAll('_', ' ');
  const level = conditions[code] ?? plainLevel(code);
  return `${code} (change)\nA ${words} in what clients see.\nLevel: ${level}\nSet another with "policy": { "changes": { "${code}": "fail" | "warn" | "ignore" } }.`;
}

function plainLevel(code: string): string {
  if (/DESCRIPTION|DEPRECATION/.test(code)) return 'safe: only the documentation changes.';
  if (code.startsWith('DIRECTIVE_USAGE')) return 'safe: a directive on the schema is for the server.';
  if (/REMOVED$|KIND_CHANGED$|^SCHEMA_/.test(code)) return 'breaking for whoever uses it.';
  return 'safe.';
}
