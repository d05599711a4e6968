import {
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type SelectionSetNode,
} from 'graphql';
import { isAbsent, isJsonObject, type JsonObject } from '../json.ts';
import { type Coerce, leafCoercion } from './leaf.ts';
import { type CollectedField, collectFields, needsConcreteType, type SelectionSource } from './selection.ts';
import { bubble, report, type Shaper } from './shape-run.ts';

interface FieldShape {
  readonly clientKey: string;
  readonly dataKey: string;
  /** A field of Object.prototype's may be there without having been fetched. */
  readonly isInherited: boolean;
  /** What to say when nobody answered it; undefined for what no subgraph is asked. */
  readonly coordinate: string | undefined;
  readonly shape: Shaper;
}

/** Compiles how the fetched data of an operation becomes the client's answer. */
export function compileRootShape(
  root: GraphQLObjectType,
  set: SelectionSetNode,
  source: SelectionSource,
): Shaper {
  return compileObject(root, [set], source);
}

function compileType(
  type: GraphQLOutputType,
  field: CollectedField,
  owner: string,
  source: SelectionSource,
): Shaper {
  if (isNonNullType(type))
    return nonNull(compileType(type.ofType, field, owner, source), `${owner}.${field.name}`);
  if (isListType(type)) return list(compileType(type.ofType, field, owner, source), field);
  if (isLeafType(type)) return leaf(leafCoercion(type), `${owner}.${field.name}`);
  return composite(type, field, owner, source);
}

function nonNull(inner: Shaper, coordinate: string): Shaper {
  return (value, run) => {
    const before = run.errors.length;
    const shaped = inner(value, run);
    if (shaped !== null) return shaped;
    if (value === undefined && isAbsent(run.owner)) return bubble;
    // An invalid value has been reported where it was found; only a plain null still needs a reason.
    if (run.errors.length === before) report(run, `Cannot return null for non-nullable field ${coordinate}.`);
    return bubble;
  };
}

function list(inner: Shaper, field: CollectedField): Shaper {
  return (value, run) => {
    if (value === null || value === undefined) return null;
    if (!Array.isArray(value)) {
      report(run, `Expected a list for field ${field.name}.`);
      return null;
    }
    const shaped: unknown[] = [];
    const { path } = run;
    const depth = path.length;
    let isNull = false;
    for (let i = 0; i < value.length; i++) {
      path[depth] = i;
      const element = inner(value[i], run);
      if (element === bubble) isNull = true;
      else shaped.push(element);
    }
    path.length = depth;
    return isNull ? null : shaped;
  };
}

function leaf(coerce: Coerce | undefined, coordinate: string): Shaper {
  if (!coerce) return (value) => value ?? null;
  return (value, run) => {
    if (value === null || value === undefined) return null;
    const coerced = coerce(value);
    if (coerced !== undefined) return coerced;
    report(run, `Invalid value for field ${coordinate}.`);
    return null;
  };
}

function composite(
  type: GraphQLCompositeType,
  field: CollectedField,
  owner: string,
  source: SelectionSource,
): Shaper {
  const sets = field.nodes.flatMap((node) => (node.selectionSet ? [node.selectionSet] : []));
  const shape = isObjectType(type)
    ? lazily(() => compileObject(type, sets, source))
    : compileAbstract(type, sets, source);
  return (value, run) => {
    if (value === null || value === undefined) return null;
    if (isJsonObject(value)) {
      const shaped = shape(value, run);
      return shaped === bubble ? null : shaped;
    }
    report(run, `Expected an object for field ${owner}.${field.name}.`);
    return null;
  };
}

/** Recursive selections cannot occur, but most branches of abstract types are never met: compile at first use. */
function lazily(make: () => Shaper): Shaper {
  let made: Shaper | undefined;
  return (value, run) => {
    made ??= make();
    return made(value, run);
  };
}

function compileAbstract(
  type: GraphQLCompositeType,
  sets: SelectionSetNode[],
  source: SelectionSource,
): Shaper {
  const byType = new Map<unknown, Shaper>();
  return (value, run) => {
    // Without a type name only fields of the abstract type itself were asked (an @interfaceObject answered).
    const typename = (value as JsonObject).__typename ?? type.name;
    let shape = byType.get(typename);
    if (!shape) {
      const runtime = source.schema.getType(String(typename));
      if (!isExpected(runtime, type, source)) {
        // The type may be hidden from clients, so the message does not name it.
        report(run, `Invalid type of an object where ${type.name} is expected.`);
        return null;
      }
      const isUnknown = !isObjectType(runtime) && needsConcreteType(sets, runtime.name, source);
      shape = isUnknown ? unknownType(runtime.name) : compileObject(runtime, sets, source);
      byType.set(typename, shape);
    }
    return shape(value, run);
  };
}

/** A subgraph may be deployed before its supergraph, and answer with types that are not (yet) of this one. */
function isExpected(
  runtime: GraphQLNamedType | undefined,
  type: GraphQLCompositeType,
  { schema }: SelectionSource,
): runtime is GraphQLCompositeType {
  if (runtime === type) return true;
  if (!isAbstractType(type)) return false;
  return (isObjectType(runtime) || isInterfaceType(runtime)) && schema.isSubType(type, runtime);
}

function compileObject(
  type: GraphQLCompositeType,
  sets: SelectionSetNode[],
  source: SelectionSource,
): Shaper {
  const fields = collectFields(sets, type.name, source).map((field) => compileField(type, field, source));
  const count = fields.length;
  const Answer = answerConstructor();
  return (value, run) => {
    const input = value as JsonObject;
    const answer = new Answer();
    const { path } = run;
    const depth = path.length;
    let isNull = false;
    for (let i = 0; i < count; i++) {
      const field = fields[i] as FieldShape;
      const { clientKey, dataKey } = field;
      path[depth] = clientKey;
      const found = field.isInherited && !Object.hasOwn(input, dataKey) ? undefined : input[dataKey];
      run.owner = input;
      // Every plan brings all that is selected, so what is simply not there was never answered: a silent null would be
      // a wrong answer. Of an entity that does not exist nothing is missing.
      if (found === undefined && field.coordinate !== undefined && !isAbsent(input)) {
        report(run, `No answer for field ${field.coordinate}.`);
      }
      const shaped = field.shape(found, run);
      if (shaped === bubble) isNull = true;
      else answer[clientKey] = shaped;
    }
    path.length = depth;
    return isNull ? bubble : answer;
  };
}

/**
 * Objects without Object.prototype that V8 still keeps in its fast form: `Object.create(null)` would make
 * each one a hash table, slower to fill and to write as JSON.
 */
function answerConstructor(): new () => JsonObject {
  function Answer() {}
  Answer.prototype = noPrototype;
  return Answer as unknown as new () => JsonObject;
}

const noPrototype: object = Object.freeze(Object.create(null));

function compileField(
  type: GraphQLCompositeType,
  field: CollectedField,
  source: SelectionSource,
): FieldShape {
  const { clientKey, dataKey, name } = field;
  const isInherited = dataKey in Object.prototype;
  const coordinate = name.startsWith('__') ? undefined : `${type.name}.${name}`;
  const base = { clientKey, dataKey, isInherited, coordinate };
  if (name === '__typename') return { ...base, shape: typenameShape(type) };
  if (name === '__schema' || name === '__type') {
    return { ...base, shape: (_, run) => run.introspection?.[clientKey] ?? null };
  }
  const definition = 'getFields' in type ? type.getFields()[name] : undefined;
  if (!definition || !isCompositeType(type)) throw new Error(`No field ${name} on ${type.name}`);
  return { ...base, shape: compileType(definition.type, field, type.name, source) };
}

/** Known from the type that was chosen; an object whose real type is not known cannot answer it. */
function typenameShape(type: GraphQLCompositeType): Shaper {
  return isObjectType(type) ? () => type.name : unknownType(type.name);
}

function unknownType(name: string): Shaper {
  return (_, run) => {
    report(run, `The type of an object of ${name} is not known.`);
    return bubble;
  };
}
