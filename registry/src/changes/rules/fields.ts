import {
  type GraphQLArgument,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { partsFromAnother } from './overlap-conflict.ts';
import { breaking, dangerous, onlyText, type Rules, type Schemas, safe } from './rule.ts';

type Field = { typeName: string; fieldName: string };
type Arg = Field & { argumentName: string };

const at = ({ typeName, fieldName }: Field) => `${typeName}.${fieldName}`;
const argAt = (arg: Arg) => `${at(arg)}(${arg.argumentName}:)`;

/** What can be selected, and with which arguments. */
export const fieldRules = {
  FIELD_ADDED: (meta) =>
    safe(`${meta.typeName}.${meta.addedFieldName}`, 'No operation selects a field that did not exist.'),
  FIELD_REMOVED: (meta) =>
    breaking(`${meta.typeName}.${meta.removedFieldName}`, 'An operation that selects the field is refused.', [
      [`${meta.typeName}.${meta.removedFieldName}`],
    ]),
  FIELD_TYPE_CHANGED: (meta, schemas) => {
    if (!meta.isSafeFieldTypeChange)
      return breaking(at(meta), 'A client reads another type than it was made for.', [[at(meta)]]);
    return partsFromAnother(schemas, meta.typeName, meta.fieldName)
      ? dangerous(
          at(meta),
          'Stricter, but an operation is refused that selects a field of the old type under the same name beside it.',
          [[at(meta)]],
        )
      : safe(at(meta), 'The field only promises more than before.');
  },
  FIELD_DESCRIPTION_ADDED: (meta) => onlyText(at(meta)),
  FIELD_DESCRIPTION_CHANGED: (meta) => onlyText(at(meta)),
  FIELD_DESCRIPTION_REMOVED: (meta) => onlyText(at(meta)),
  FIELD_DEPRECATION_ADDED: (meta) => onlyText(at(meta)),
  FIELD_DEPRECATION_REMOVED: (meta) => onlyText(at(meta)),
  FIELD_DEPRECATION_REASON_ADDED: (meta) => onlyText(at(meta)),
  FIELD_DEPRECATION_REASON_CHANGED: (meta) => onlyText(at(meta)),
  FIELD_DEPRECATION_REASON_REMOVED: (meta) => onlyText(at(meta)),
  FIELD_ARGUMENT_ADDED: (meta) =>
    meta.isAddedFieldArgumentBreaking
      ? breaking(
          `${at(meta)}(${meta.addedArgumentName}:)`,
          'An operation that does not send the required argument is refused.',
          [[at(meta)]],
        )
      : safe(`${at(meta)}(${meta.addedArgumentName}:)`, 'The argument may be left out.'),
  FIELD_ARGUMENT_REMOVED: (meta) => {
    const coordinate = `${at(meta)}(${meta.removedFieldArgumentName}:)`;
    return breaking(coordinate, 'An operation that sends the argument is refused.', [[coordinate]]);
  },
  FIELD_ARGUMENT_TYPE_CHANGED: (meta, schemas) => {
    if (meta.isSafeArgumentTypeChange) return safe(argAt(meta), 'Everything sent before is still accepted.');
    const everyone = becomesRequired(meta, schemas) ? [[at(meta)]] : [];
    return breaking(argAt(meta), 'An operation that sends what was accepted before is refused.', [
      [argAt(meta)],
      ...everyone,
    ]);
  },
  FIELD_ARGUMENT_DEFAULT_CHANGED: (meta, schemas) =>
    losesNeededDefault(meta, schemas)
      ? breaking(argAt(meta), 'Without its default the argument must be sent.', [[at(meta)]])
      : dangerous(argAt(meta), 'A client that leaves the argument out gets another answer.', [[at(meta)]]),
  FIELD_ARGUMENT_DESCRIPTION_CHANGED: (meta) => onlyText(argAt(meta)),
} satisfies Partial<Rules>;

function becomesRequired(arg: Arg, { before, after }: Schemas): boolean {
  const [old, now] = [findArgument(before, arg), findArgument(after, arg)];
  return now !== undefined && isRequiredArgument(now) && !(old && isRequiredArgument(old));
}

function losesNeededDefault(arg: Arg, { after }: Schemas): boolean {
  const now = findArgument(after, arg);
  return now !== undefined && isNonNullType(now.type) && now.defaultValue === undefined;
}

function findArgument(schema: Schemas['after'], arg: Arg): GraphQLArgument | undefined {
  const type = schema.getType(arg.typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  return type.getFields()[arg.fieldName]?.args.find(({ name }) => name === arg.argumentName);
}
