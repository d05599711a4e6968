import { type ConstDirectiveNode, type DocumentNode, type GraphQLSchema, valueFromASTUntyped } from 'graphql';
import type { Composition } from '../compose.ts';
import type { Change } from './change.ts';
import { identity } from './diff-schemas.ts';

/** One of the lists must be satisfied, each of its names; an empty list asks for a signed-in client only. */
type Alternatives = string[][];

/** What a client must bring, by directive name. */
type Rules = ReadonlyMap<string, Alternatives>;

const directives: Record<string, { argument?: string; lacking: (wanted: string) => string }> = {
  authenticated: { lacking: () => 'without being signed in' },
  requiresScopes: { argument: 'scopes', lacking: (wanted) => `without the scopes ${wanted}` },
  policy: { argument: 'policies', lacking: (wanted) => `without the policies ${wanted}` },
};

/**
 * Access rules that were put on, tightened or taken off something that clients could ask for before. The API schema
 * does not show them; a router that enforces them refuses.
 */
export function accessChanges(
  before: Composition & { status: 'composed' },
  after: Composition & { status: 'composed' },
): Change[] {
  const [old, now] = [accessRules(before.supergraph), accessRules(after.supergraph)];
  const coordinates = new Set([...old.keys(), ...now.keys()]);
  return [...coordinates]
    .filter((one) => [before, after].every(({ apiSchema }) => isVisible(apiSchema, one)))
    .flatMap((one) =>
      Object.keys(directives).flatMap((name) => {
        const change = compare(one, name, old.get(one)?.get(name), now.get(one)?.get(name));
        return change ?? [];
      }),
    );
}

function compare(
  coordinate: string,
  name: string,
  old: Alternatives | undefined,
  now: Alternatives | undefined,
): Change | undefined {
  const [before, after] = [old && printed(name, old), now && printed(name, now)];
  if (before === after) return undefined;
  const lacking = directives[name]?.lacking(wanted(now ?? [])) ?? '';
  const isLooser = now === undefined || (old !== undefined && old.every((one) => admits(now, one)));
  const type = !before ? 'ACCESS_RULE_ADDED' : !after ? 'ACCESS_RULE_REMOVED' : 'ACCESS_RULE_CHANGED';
  return {
    id: identity(type, coordinate, before, after),
    type,
    level: isLooser ? 'safe' : 'dangerous',
    reason: isLooser
      ? 'Whoever was answered before still is; others may be answered now.'
      : `Whoever asks ${lacking} is refused by a router that enforces access rules.`,
    message: messageOf(coordinate, before, after),
    coordinate,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    touches: isLooser ? [] : [[coordinate]],
  };
}

function messageOf(coordinate: string, before: string | undefined, after: string | undefined): string {
  if (before === undefined) return `${after} was put on '${coordinate}'`;
  if (after === undefined) return `${before} was taken off '${coordinate}'`;
  return `${before} of '${coordinate}' became ${after}`;
}

/** Whether a client that brings `names` satisfies one of the alternatives. */
function admits(alternatives: Alternatives, names: string[]): boolean {
  return alternatives.some((needed) => needed.every((name) => names.includes(name)));
}

function wanted(alternatives: Alternatives): string {
  return alternatives.map((all) => all.map((name) => `"${name}"`).join(' and ')).join(', or ');
}

function printed(name: string, alternatives: Alternatives): string {
  const argument = directives[name]?.argument;
  return argument === undefined ? `@${name}` : `@${name}(${argument}: ${JSON.stringify(alternatives)})`;
}

/** Types and fields of a supergraph with the rules that stand on them. */
function accessRules(supergraph: DocumentNode): Map<string, Rules> {
  const found = new Map<string, Rules>();
  const add = (coordinate: string, nodes: readonly ConstDirectiveNode[] | undefined) => {
    const rules = rulesOf(nodes);
    if (rules.size > 0) found.set(coordinate, rules);
  };
  for (const node of supergraph.definitions) {
    if (!('name' in node) || node.name === undefined || !('directives' in node)) continue;
    const type = node.name.value;
    add(type, node.directives as readonly ConstDirectiveNode[]);
    if ('fields' in node)
      for (const field of node.fields ?? []) add(`${type}.${field.name.value}`, field.directives);
  }
  return found;
}

function rulesOf(nodes: readonly ConstDirectiveNode[] | undefined): Rules {
  return new Map(
    (nodes ?? []).flatMap(({ name, arguments: args }) => {
      const known = Object.hasOwn(directives, name.value) ? directives[name.value] : undefined;
      if (known === undefined) return [];
      const value = args?.find((arg) => arg.name.value === known.argument)?.value;
      const alternatives: Alternatives = value ? (valueFromASTUntyped(value) as Alternatives) : [[]];
      return [[name.value, alternatives.map((all) => all.toSorted()).toSorted()] as const];
    }),
  );
}

function isVisible(schema: GraphQLSchema, coordinate: string): boolean {
  const [typeName = '', fieldName] = coordinate.split('.');
  const type = schema.getType(typeName);
  if (type === undefined || fieldName === undefined) return type !== undefined;
  return 'getFields' in type && Object.hasOwn(type.getFields(), fieldName);
}
