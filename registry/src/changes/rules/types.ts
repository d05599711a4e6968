import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { touchedByLeaving, touchedByRemoval } from './overlap.ts';
import { breaking, dangerous, onlyText, type Rules, safe } from './rule.ts';

/** Types come, go and change their kind. */
export const typeRules = {
  TYPE_ADDED: (meta) => safe(meta.addedTypeName, 'No operation names a type that did not exist.'),
  TYPE_REMOVED: (meta, schemas) =>
    breaking(
      meta.removedTypeName,
      'An operation that names the type, or a field that leads to it, is refused.',
      touchedByRemoval(meta.removedTypeName, schemas),
    ),
  TYPE_KIND_CHANGED: (meta) =>
    breaking(meta.typeName, 'Another kind of type is selected or written differently.', [[meta.typeName]]),
  TYPE_DESCRIPTION_ADDED: (meta) => onlyText(meta.typeName),
  TYPE_DESCRIPTION_CHANGED: (meta) => onlyText(meta.typeName),
  TYPE_DESCRIPTION_REMOVED: (meta) => onlyText(meta.typeName),
  OBJECT_TYPE_INTERFACE_ADDED: (meta, { before }) =>
    isInterfaceType(before.getType(meta.addedInterfaceName))
      ? dangerous(
          meta.objectTypeName,
          'A client that asks for the interface may meet a type it does not know.',
          [[meta.addedInterfaceName]],
        )
      : safe(meta.objectTypeName, 'The interface is new, so no client asks for it.'),
  OBJECT_TYPE_INTERFACE_REMOVED: (meta, schemas) =>
    breaking(
      meta.objectTypeName,
      'The type can no longer be asked for where the interface is returned.',
      touchedByLeaving(meta.removedInterfaceName, meta.objectTypeName, schemas),
    ),
  UNION_MEMBER_ADDED: (meta) =>
    dangerous(meta.unionName, 'A client that asks for the union may meet a type it does not know.', [
      [meta.unionName],
    ]),
  UNION_MEMBER_REMOVED: (meta, schemas) =>
    breaking(
      meta.unionName,
      'The member can no longer be asked for where the union is returned.',
      touchedByLeaving(meta.unionName, meta.removedUnionMemberTypeName, schemas),
    ),
  ENUM_VALUE_ADDED: (meta, { after }) =>
    isReturned(meta.enumName, after)
      ? dangerous(
          `${meta.enumName}.${meta.addedEnumValueName}`,
          'A client may receive a value that it does not know.',
          [[meta.enumName]],
        )
      : safe(`${meta.enumName}.${meta.addedEnumValueName}`, 'The enum is only ever sent, never received.'),
  ENUM_VALUE_REMOVED: (meta, { before }) =>
    breaking(
      `${meta.enumName}.${meta.removedEnumValueName}`,
      isSent(meta.enumName, before)
        ? 'An operation that sends the value is refused.'
        : 'No operation can send the value, but code that was made from the schema names it.',
      [[`${meta.enumName}.${meta.removedEnumValueName}`]],
    ),
  ENUM_VALUE_DESCRIPTION_CHANGED: (meta) => onlyText(`${meta.enumName}.${meta.enumValueName}`),
  ENUM_VALUE_DEPRECATION_REASON_ADDED: (meta) => onlyText(`${meta.enumName}.${meta.enumValueName}`),
  ENUM_VALUE_DEPRECATION_REASON_CHANGED: (meta) => onlyText(`${meta.enumName}.${meta.enumValueName}`),
  ENUM_VALUE_DEPRECATION_REASON_REMOVED: (meta) => onlyText(`${meta.enumName}.${meta.enumValueName}`),
} satisfies Partial<Rules>;

function isSent(name: string, schema: GraphQLSchema): boolean {
  const takes = (args: readonly { type: GraphQLInputType }[]) =>
    args.some(({ type }) => getNamedType(type).name === name);
  return (
    schema.getDirectives().some(({ args }) => takes(args)) ||
    Object.values(schema.getTypeMap()).some((type) =>
      isInputObjectType(type)
        ? takes(Object.values(type.getFields()))
        : (isObjectType(type) || isInterfaceType(type)) &&
          Object.values(type.getFields()).some(({ args }) => takes(args)),
    )
  );
}

function isReturned(name: string, schema: Parameters<Rules['ENUM_VALUE_ADDED']>[1]['after']): boolean {
  return Object.values(schema.getTypeMap()).some(
    (type) =>
      !type.name.startsWith('__') &&
      (isObjectType(type) || (isAbstractType(type) && isInterfaceType(type))) &&
      Object.values(type.getFields()).some((field) => getNamedType(field.type).name === name),
  );
}
