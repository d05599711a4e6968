import { createHash } from 'node:crypto';
import { diff, type SerializableChange, type TypeOfChangeType } from '@graphql-inspector/core';
import type { GraphQLSchema } from 'graphql';
import type { Change } from './change.ts';
import { withPlainDefault } from './enum-default.ts';
import { plainWords } from './plain-words.ts';
import { assessDirectiveUse } from './rules/directive-usage.ts';
import { rules } from './rules/index.ts';
import type { Assessment, MetaOf, Schemas, UsageType } from './rules/rule.ts';

type Raw = SerializableChange & { message: string; path?: string };

/** Every difference between two schemas, most serious first, each once. */
export async function diffSchemas(before: GraphQLSchema, after: GraphQLSchema): Promise<Change[]> {
  const raw: Raw[] = await diff(before, after);
  const schemas = { before, after };
  const added = new Set(raw.flatMap((change) => addedName(change) ?? []));
  const changes = raw.filter((change) => !isNoise(change, added)).map((change) => toChange(change, schemas));
  return [...new Map(changes.map((change) => [change.id, change])).values()].sort(bySeriousness);
}

function toChange(raw: Raw, schemas: Schemas): Change {
  const { coordinate, level, reason, touches } = assess(raw, schemas);
  const { before, after } = sides(raw.meta);
  const message = plainWords(raw.message);
  return {
    id: identity(raw.type, coordinate, before, after),
    type: raw.type,
    level,
    reason,
    message: raw.type.includes('_DEFAULT_') ? withPlainDefault(message, coordinate, schemas.after) : message,
    coordinate,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    touches,
  };
}

function assess(raw: Raw, schemas: Schemas): Assessment {
  const { type } = raw;
  return isDirectiveUse(type)
    ? assessDirectiveUse({ type, path: raw.path ?? '', directive: directiveOf(raw.meta) })
    : applyRule(type, raw, schemas);
}

/** One place where the compiler cannot follow that `meta` belongs to `type`; the union guarantees it. */
function applyRule<T extends Exclude<TypeOfChangeType, UsageType>>(
  type: T,
  raw: Raw,
  schemas: Schemas,
): Assessment {
  return rules[type](raw.meta as unknown as MetaOf<T>, schemas);
}

/** The identity under which an approval is remembered. */
export function identity(type: string, coordinate: string, before?: string, after?: string): string {
  const text = JSON.stringify([type, coordinate, before ?? null, after ?? null]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** The inspector names what was there `old…`/`removed…` and what is there now `new…`/`added…`. */
function sides(meta: object): { before: string | undefined; after: string | undefined } {
  const pick = (prefixes: string[]) => {
    const found = Object.entries(meta)
      .filter(([key, value]) => prefixes.some((prefix) => key.startsWith(prefix)) && isFact(value))
      .map(([, value]) => String(value));
    return found.length > 0 ? found.join(' ') : undefined;
  };
  return { before: pick(['old', 'removed']), after: pick(['new', 'added']) };
}

const isFact = (value: unknown) => typeof value === 'string' || typeof value === 'number';

function directiveOf(meta: object): string {
  for (const key of ['addedDirectiveName', 'removedDirectiveName', 'directiveName'])
    if (key in meta) return String(Reflect.get(meta, key));
  return '';
}

const isDirectiveUse = (type: TypeOfChangeType): type is UsageType => type.startsWith('DIRECTIVE_USAGE_');

function addedName(change: Raw): string | undefined {
  if (change.type === 'TYPE_ADDED') return change.meta.addedTypeName;
  if (change.type === 'DIRECTIVE_ADDED') return `@${change.meta.addedDirectiveName}`;
  if (change.type === 'INPUT_FIELD_ADDED')
    return `${change.meta.inputName}.${change.meta.addedInputFieldName}`;
  return change.type === 'FIELD_ADDED' ? `${change.meta.typeName}.${change.meta.addedFieldName}` : undefined;
}

/**
 * The inspector also lists every part of a new thing, and the directive behind a deprecation that
 * it lists by itself. Both would drown what matters.
 */
function isNoise(change: Raw, added: ReadonlySet<string>): boolean {
  const parts = (change.path ?? '').split('.');
  const owners = parts.map((_, count) => parts.slice(0, count + 1).join('.'));
  const self = addedName(change);
  if (owners.some((owner) => added.has(owner) && owner !== self)) return true;
  return isDirectiveUse(change.type) && directiveOf(change.meta) === 'deprecated' && hasOwnType(change.type);
}

/** Deprecations of arguments and input fields have no change type of their own. */
function hasOwnType(type: UsageType): boolean {
  return /FIELD_DEFINITION|ENUM_VALUE|ARGUMENT_(ADDED|REMOVED)$/.test(type) && !type.includes('INPUT_FIELD');
}

const order = { breaking: 0, dangerous: 1, safe: 2 };

/** Breaking first, then by coordinate. */
export function bySeriousness(a: Change, b: Change): number {
  return order[a.level] - order[b.level] || (a.coordinate < b.coordinate ? -1 : 1);
}
