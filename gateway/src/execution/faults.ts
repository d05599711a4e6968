import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLError,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';
import { fetchError, subgraphError } from './errors.ts';
import type { Path } from './path.ts';
import type { Fault } from './run-state.ts';
import { createErrorPaths, type ErrorPaths } from './shape/error-paths.ts';

/** What is needed to say a place of the fetched data in the client's own words. */
export interface PathNames {
  readonly root: SelectionSetNode;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly dataKeyOf: (field: FieldNode) => string;
}

export interface Explained {
  readonly errors: GraphQLError[];
  /** The places that they explain. */
  readonly known: ErrorPaths;
}

export function errorsOf(faults: readonly Fault[], names: PathNames, requestId: string): Explained {
  const seen = new Set<string>();
  const errors: GraphQLError[] = [];
  const known = createErrorPaths();
  for (const fault of faults) {
    const error = errorOf(fault, fault.path && clientPath(fault.path, fault.renamed, names), requestId);
    // Two hidden fields below one place would otherwise say the same thing twice.
    const key = JSON.stringify([error.path, error.message, error.extensions.code]);
    if (!seen.has(key)) errors.push(error);
    seen.add(key);
    known.add(error.path);
  }
  return { errors, known };
}

function errorOf({ cause, subgraph }: Fault, place: Path | undefined, requestId: string): GraphQLError {
  const source = { subgraph, requestId };
  return 'answer' in cause
    ? subgraphError(cause.answer, place, source)
    : fetchError(cause.failure, place, source);
}

/** Cut where it leaves what the client selected: a key or a required field is none of its business. */
function clientPath(path: Path, renamed: ReadonlyMap<string, string>, names: PathNames): Path {
  const client: Path = [];
  let sets: SelectionSetNode[] = [names.root];
  for (const step of path) {
    if (typeof step === 'number') {
      client.push(step);
      continue;
    }
    const dataKey = renamed.get(step) ?? step;
    const fields = sets
      .flatMap((set) => fieldsOf(set.selections, names))
      .filter((f) => names.dataKeyOf(f) === dataKey);
    const [first] = fields;
    if (!first) break;
    client.push(first.alias?.value ?? first.name.value);
    sets = fields.flatMap((field) => (field.selectionSet ? [field.selectionSet] : []));
  }
  return client;
}

function fieldsOf(selections: readonly SelectionNode[], names: PathNames): FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === 'Field') return [selection];
    const fragment =
      selection.kind === 'InlineFragment' ? selection : names.fragments.get(selection.name.value);
    return fragment ? fieldsOf(fragment.selectionSet.selections, names) : [];
  });
}
