import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  print,
  visit,
} from 'graphql';
import { hashOf } from '../operation/documents/hash.ts';

/** An operation as the registry is told of it: no value that a client wrote into it. */
export interface Described {
  readonly hash: string;
  readonly name: string;
  readonly kind: OperationDefinitionNode['operation'];
  readonly document: string;
  /** Of it in a report, as JSON. */
  readonly bytes: number;
}

/**
 * The operation alone, with the fragments that it needs, in one spelling, and without values: strings are empty, numbers 0. What
 * can be used and refused stays as it is: fields, arguments, input fields, enum values, directives, and whether something is null, a list or
 * an object. So it is valid where the original is, and its schema coordinates are the same.
 */
export function describe(operation: OperationDefinitionNode, document: DocumentNode): Described {
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const needed = neededFragments(operation, fragments);
  const text = print(withoutValues({ kind: Kind.DOCUMENT, definitions: [operation, ...needed] }));
  const told = {
    hash: hashOf(text),
    name: operation.name?.value ?? '',
    kind: operation.operation,
    document: text,
  };
  return { ...told, bytes: Buffer.byteLength(JSON.stringify(told)) };
}

/** In the order of their names, so that the order in which a client writes them makes no other operation. */
function neededFragments(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FragmentDefinitionNode[] {
  const needed = new Map<string, FragmentDefinitionNode>();
  const open: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation];
  for (let node = open.pop(); node; node = open.pop()) {
    visit(node, {
      FragmentSpread({ name: { value } }) {
        const fragment = fragments.get(value);
        if (!fragment || needed.has(value)) return;
        needed.set(value, fragment);
        open.push(fragment);
      },
    });
  }
  return [...needed.values()].toSorted((one, other) => (one.name.value < other.name.value ? -1 : 1));
}

function withoutValues(document: DocumentNode): DocumentNode {
  return visit(document, {
    StringValue: (node) => ({ ...node, value: '', block: false }),
    IntValue: (node) => ({ ...node, value: '0' }),
    FloatValue: (node) => ({ ...node, value: '0' }),
  });
}
