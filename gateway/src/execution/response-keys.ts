import { type FragmentDefinitionNode, Kind, parse, type SelectionNode } from 'graphql';
import type { CompiledFetch } from './compile-fetch.ts';

interface Keys {
  readonly all: readonly string[];
  /** Without those under a condition. */
  readonly certain: readonly string[];
}

const known = new WeakMap<CompiledFetch, Keys>();

/** Response keys of the root fields of a subgraph request, read from its text at the first answer and kept as long as the request. */
export function rootKeysOf(fetch: CompiledFetch): Keys {
  const before = known.get(fetch);
  if (before) return before;
  const keys = readKeys(fetch.query);
  known.set(fetch, keys);
  return keys;
}

function readKeys(query: string): Keys {
  const { definitions } = parse(query, { noLocation: true });
  const fragments = new Map(
    definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const operation = definitions.find((one) => one.kind === Kind.OPERATION_DEFINITION);
  const all: string[] = [];
  const certain: string[] = [];
  walk(operation?.selectionSet.selections ?? [], fragments, true, (key, isCertain) => {
    // The gateway knows the types of roots by itself.
    if (key === '__typename') return;
    all.push(key);
    if (isCertain) certain.push(key);
  });
  return { all, certain };
}

function walk(
  selections: readonly SelectionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  isCertain: boolean,
  found: (key: string, isCertain: boolean) => void,
): void {
  for (const selection of selections) {
    const isSure = isCertain && (selection.directives?.length ?? 0) === 0;
    if (selection.kind === Kind.FIELD) found((selection.alias ?? selection.name).value, isSure);
    else {
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      walk(fragment?.selectionSet.selections ?? [], fragments, isSure, found);
    }
  }
}
