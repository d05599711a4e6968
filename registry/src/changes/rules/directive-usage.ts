import { type Assessment, breaking, dangerous, safe, type UsageType } from './rule.ts';

/** What the inspector knows of a directive that was put on, or taken off, a part of the schema. */
export type DirectiveUse = { type: UsageType; path: string; directive: string };

/**
 * Directives on the schema are for the server, but for three that the specification gives clients:
 * `@oneOf` changes what may be sent, `@specifiedBy` what a scalar means, `@deprecated` is advice.
 */
export function assessDirectiveUse({ type, path, directive }: DirectiveUse): Assessment {
  const coordinate = coordinateOfPath(path);
  if (directive === 'oneOf' && type === 'DIRECTIVE_USAGE_INPUT_OBJECT_ADDED')
    return breaking(coordinate, 'Exactly one field may be sent from now on.', [[coordinate]]);
  if (directive === 'specifiedBy')
    return dangerous(coordinate, 'The scalar is said to have another format.', [[coordinate]]);
  return safe(coordinate, `@${directive} does not change what an operation may ask.`);
}

/** `User.posts.first.@deprecated` is at `User.posts(first:)`; `.@link` is at the schema itself. */
export function coordinateOfPath(path: string): string {
  const [owner = ''] = path.split('@');
  const [type, field, argument] = owner.split('.').filter((part) => part !== '');
  if (type === undefined) return 'schema';
  if (field === undefined) return type;
  return argument === undefined ? `${type}.${field}` : `${type}.${field}(${argument}:)`;
}
