import {
  type FieldNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { isForbiddenKey } from '../../execution/json.ts';
import { clientKey, signatureOf } from '../field-signature.ts';
import type { PlannedOperation } from '../question.ts';

/** An operation as the planner gets it, and how to find the client's fields in what is then fetched. */
export interface NormalOperation extends Pick<PlannedOperation, 'dataKeys' | 'clientVariables'> {
  readonly operation: OperationDefinitionNode;
}

/**
 * Gives every field of a simplified operation a key under which nothing else can be fetched. The planner merges what an
 * operation asks with the keys and required fields that subgraphs ask, under plain response names: `{ id: name }`
 * or one name for two fields in exclusive branches would silently mix values. Variables that nothing uses are left out.
 */
export function normaliseOperation(
  operation: OperationDefinitionNode,
  internalNames: ReadonlySet<string>,
): NormalOperation {
  const { fields, usedVariables } = partsOf(operation);
  const keys = chooseKeys(fields, internalNames);
  const variables = renamedVariables(usedVariables);
  const dataKeys = new Map<string, string>();
  for (const field of fields) {
    const key = keys.get(signatureOf(field));
    if (key !== undefined && key !== clientKey(field)) dataKeys.set(signatureOf(field), key);
  }
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) =>
    usedVariables.has(variable.name.value),
  );
  const used = variableDefinitions ? { ...operation, variableDefinitions } : operation;
  return {
    operation: variables.size > 0 || dataKeys.size > 0 ? rename(used, keys, variables) : used,
    dataKeys: [...dataKeys],
    clientVariables: [...variables].map(([client, planned]) => [planned, client]),
  };
}

function partsOf({ selectionSet }: OperationDefinitionNode) {
  const fields: FieldNode[] = [];
  const usedVariables = new Set<string>();
  const walk = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.FIELD) {
        refuseForbidden(selection);
        fields.push(selection);
        for (const argument of selection.arguments ?? []) {
          visit(argument, { Variable: ({ name }) => void usedVariables.add(name.value) });
        }
      }
      if (selection.selectionSet) walk(selection.selectionSet);
    }
  };
  walk(selectionSet);
  return { fields, usedVariables };
}

function refuseForbidden(field: FieldNode): void {
  if (!isForbiddenKey(clientKey(field))) return;
  throw new GraphQLError(`"${clientKey(field)}" cannot be a response key.`, {
    nodes: field,
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
  });
}

function chooseKeys(fields: FieldNode[], internalNames: ReadonlySet<string>): Map<string, string> {
  const keys = new Map<string, string>();
  const taken = new Set<string>(fields.map(clientKey));
  const owners = new Map<string, string>();
  // Plain fields first: a field's own name is the best key, and leaves most operations as they are.
  for (const field of [...fields].sort((a, b) => Number(isAliased(a)) - Number(isAliased(b)))) {
    const asked = signatureOf(field);
    if (keys.has(asked)) continue;
    const wanted = clientKey(field);
    if (field.name.value.startsWith('__')) {
      keys.set(asked, field.name.value === '__typename' ? '__typename' : wanted);
      continue;
    }
    if (!owners.has(wanted) && !isReserved(field, internalNames)) {
      owners.set(wanted, asked);
      keys.set(asked, wanted);
      continue;
    }
    let number = 0;
    while (taken.has(`${plain(wanted)}__m${number}`)) number++;
    const key = `${plain(wanted)}__m${number}`;
    taken.add(key);
    keys.set(asked, key);
  }
  return keys;
}

function isAliased(field: FieldNode): boolean {
  return field.alias !== undefined && field.alias.value !== field.name.value;
}

/** Names beginning with `__` are the language's own, and those of Object.prototype seem to be in every object. */
function isReserved(field: FieldNode, internalNames: ReadonlySet<string>): boolean {
  const key = clientKey(field);
  return key.startsWith('__') || key in Object.prototype || (isAliased(field) && internalNames.has(key));
}

function plain(name: string): string {
  return name.replace(/^_+/, 'u_');
}

/** `$representations` is the planner's own. */
function renamedVariables(names: ReadonlySet<string>): Map<string, string> {
  if (!names.has('representations')) return new Map();
  let planned = 'representations__m';
  while (names.has(planned)) planned += 'm';
  return new Map([['representations', planned]]);
}

function rename(
  operation: OperationDefinitionNode,
  keys: Map<string, string>,
  variables: Map<string, string>,
): OperationDefinitionNode {
  return visit(operation, {
    Field: {
      // On leaving the arguments may be renamed already, so the key is looked up on entering.
      enter(field) {
        const key = keys.get(signatureOf(field)) ?? clientKey(field);
        if (key === field.name.value) return field.alias ? { ...field, alias: undefined } : undefined;
        return { ...field, alias: { kind: Kind.NAME, value: key } };
      },
    },
    Variable(variable) {
      const value = variables.get(variable.name.value);
      return value === undefined ? undefined : { ...variable, name: { kind: Kind.NAME, value } };
    },
  });
}
