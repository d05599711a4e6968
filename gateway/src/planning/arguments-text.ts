import { type ArgumentNode, type FieldNode, Kind, print, type ValueNode } from 'graphql';

const texts = new WeakMap<FieldNode, string>();

/** A field's arguments in one order and form: equal texts ask the same. */
export function argumentsText(field: FieldNode): string {
  if (!field.arguments || field.arguments.length === 0) return '';
  let text = texts.get(field);
  if (text === undefined) texts.set(field, (text = pairs(field.arguments)));
  return text;
}

function pairs(all: readonly Pick<ArgumentNode, 'name' | 'value'>[]): string {
  return all
    .map(({ name, value }) => `${name.value}:${valueText(value)}`)
    .sort()
    .join(',');
}

function valueText(value: ValueNode): string {
  switch (value.kind) {
    case Kind.STRING:
      return JSON.stringify(value.value);
    case Kind.LIST:
      return `[${value.values.map(valueText).join(',')}]`;
    case Kind.OBJECT:
      return `{${pairs(value.fields)}}`;
    default:
      return print(value);
  }
}
