import { Kind, type TypeNode } from 'graphql';

/** `[Post!]!` is `Post` inside. */
export function innerName(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : innerName(type.type);
}

/** Whether a type is a list once its outer `!` is off. */
export function isList(type: TypeNode): boolean {
  return type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && isList(type.type));
}
