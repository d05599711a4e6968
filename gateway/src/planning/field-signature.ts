import type { FieldNode } from 'graphql';
import { argumentsText } from './arguments-text.ts';

/** The key of a field in the client's answer. */
export function clientKey(field: FieldNode): string {
  return field.alias?.value ?? field.name.value;
}

/** Fields of one response name that ask the same thing; they may, and must, share a key. */
export function signatureOf(field: FieldNode): string {
  return `${clientKey(field)}:${field.name.value}(${argumentsText(field)})`;
}
