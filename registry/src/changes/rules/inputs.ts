import { type GraphQLInputField, isInputObjectType, isNonNullType, isRequiredInputField } from 'graphql';
import { breaking, dangerous, onlyText, type Rules, type Schemas, safe } from './rule.ts';

type Field = { inputName: string; inputFieldName: string };

const at = ({ inputName, inputFieldName }: Field) => `${inputName}.${inputFieldName}`;

/** What can be sent inside an input object. */
export const inputRules = {
  INPUT_FIELD_ADDED: (meta) => {
    const coordinate = `${meta.inputName}.${meta.addedInputFieldName}`;
    const isRequired = !meta.isAddedInputFieldTypeNullable && meta.addedFieldDefault === undefined;
    return isRequired
      ? breaking(coordinate, 'An operation that does not send the required field is refused.', [
          [meta.inputName],
        ])
      : safe(coordinate, 'The field may be left out.');
  },
  INPUT_FIELD_REMOVED: (meta) => {
    const coordinate = `${meta.inputName}.${meta.removedFieldName}`;
    return breaking(coordinate, 'An operation that sends the field is refused.', [[coordinate]]);
  },
  INPUT_FIELD_TYPE_CHANGED: (meta, schemas) => {
    if (meta.isInputFieldTypeChangeSafe) return safe(at(meta), 'Everything sent before is still accepted.');
    const everyone = becomesRequired(meta, schemas) ? [[meta.inputName]] : [];
    return breaking(at(meta), 'An operation that sends what was accepted before is refused.', [
      [at(meta)],
      ...everyone,
    ]);
  },
  INPUT_FIELD_DEFAULT_VALUE_CHANGED: (meta, { after }) => {
    const now = findField(after, meta);
    return now && isNonNullType(now.type) && now.defaultValue === undefined
      ? breaking(at(meta), 'Without its default the field must be sent.', [[meta.inputName]])
      : dangerous(at(meta), 'A client that leaves the field out gets another answer.', [[meta.inputName]]);
  },
  INPUT_FIELD_DESCRIPTION_ADDED: (meta) => onlyText(at(meta)),
  INPUT_FIELD_DESCRIPTION_CHANGED: (meta) => onlyText(at(meta)),
  INPUT_FIELD_DESCRIPTION_REMOVED: (meta) => onlyText(at(meta)),
} satisfies Partial<Rules>;

function becomesRequired(field: Field, { before, after }: Schemas): boolean {
  const [old, now] = [findField(before, field), findField(after, field)];
  return now !== undefined && isRequiredInputField(now) && !(old && isRequiredInputField(old));
}

function findField(schema: Schemas['after'], field: Field): GraphQLInputField | undefined {
  const type = schema.getType(field.inputName);
  return isInputObjectType(type) ? type.getFields()[field.inputFieldName] : undefined;
}
