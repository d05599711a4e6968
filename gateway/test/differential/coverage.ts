import type { EntitySet, FetchNode, Plan, PlanNode } from '../../src/planning/plan.ts';
import { type DocumentNode, getNamedType, isAbstractType, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type { Answer } from './compare.ts';
import type { World } from './world.ts';

/** What must have been met by the end of a run; a generator that stopped reaching one would prove nothing. */
export const expected = [
  '@key',
  '@key compound',
  '@key nested',
  '@key multiple',
  '@provides',
  '@shareable',
  '@override',
  '@override with label',
  '@inaccessible',
  '@inaccessible field',
  '@interfaceObject',
  '@requires',
  '@requires with arguments',
  '@requires on abstract types',
  'node Fetch',
  'node Flatten',
  'node Sequence',
  'node Parallel',
  'node BatchFetch',
  'node Subscription',
  'plan requires',
  'plan inputRewrites',
  'plan outputRewrites',
  'query',
  'mutation',
  'subscription',
  'fragment',
  'abstract type',
  'skip/include',
  'variable',
  '__typename',
  'error in a root field',
  'error in an entity',
  'error in a list',
  'null that bubbled',
  'hidden enum value',
  'subgraph rejects',
  'subgraph answers errors only',
  'subgraph answers nonsense',
  'subgraph leaves out fields',
  'planned by hive',
  'planned by apollo',
  'chain of three subgraphs',
] as const;

export interface Coverage {
  readonly counts: ReadonlyMap<string, number>;
  count(name: string): void;
  seeOperation(world: World, document: DocumentNode): void;
  seePlan(plan: Plan): void;
  seeRequests(world: World): void;
  seeErrors(truth: Answer): void;
  missing(): string[];
}

export function createCoverage(): Coverage {
  const counts = new Map<string, number>(expected.map((name) => [name, 0]));
  const count = (name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    counts,
    count,
    seeOperation: (world, document) => seeOperation(world, document, count),
    seePlan(plan) {
      if (plan.primary) count('node Subscription');
      if (plan.primary) seeFetch(plan.primary, count);
      if (plan.node) seeNode(plan.node, count);
    },
    seeRequests: (world) => seeRequests(world, count),
    seeErrors: (truth) => seeErrors(truth, count),
    missing: () => [...counts].flatMap(([name, times]) => (times === 0 ? [name] : [])),
  };
}

type Count = (name: string) => void;

function seeNode(node: PlanNode, count: Count): void {
  count(`node ${node.kind}`);
  if (node.kind === 'Fetch') seeFetch(node, count);
  if (node.kind === 'BatchFetch') for (const set of node.sets) seeFetch(set, count);
  if (node.kind === 'Flatten') seeNode(node.node, count);
  if (node.kind === 'Sequence' || node.kind === 'Parallel')
    for (const child of node.nodes) seeNode(child, count);
}

function seeFetch(fetch: FetchNode | EntitySet, count: Count): void {
  if (fetch.requires) count('plan requires');
  if (fetch.inputRewrites?.length) count('plan inputRewrites');
  if (fetch.outputRewrites?.length) count('plan outputRewrites');
}

function seeOperation({ apiSchema, facts }: World, document: DocumentNode, count: Count): void {
  const info = new TypeInfo(apiSchema);
  visit(
    document,
    visitWithTypeInfo(info, {
      OperationDefinition: (node) => count(node.operation),
      FragmentSpread: () => count('fragment'),
      InlineFragment: () => count('fragment'),
      Directive: () => count('skip/include'),
      Variable: () => count('variable'),
      Field(node) {
        const parent = info.getParentType();
        if (node.name.value === '__typename') count('__typename');
        if (!parent) return;
        const members = isAbstractType(parent) ? apiSchema.getPossibleTypes(parent) : parent.getInterfaces();
        for (const type of [parent, ...members]) {
          for (const name of facts.directives.get(`${type.name}.${node.name.value}`) ?? []) count(name);
          for (const name of facts.directives.get(type.name) ?? []) if (name === '@shareable') count(name);
        }
        const type = info.getType();
        if (type && isAbstractType(getNamedType(type))) count('abstract type');
      },
    }),
  );
}

function seeRequests({ requests, facts }: World, count: Count): void {
  if (new Set(requests.map((request) => request.subgraph)).size >= 3) count('chain of three subgraphs');
  for (const { variablesJson } of requests) {
    const { representations } = JSON.parse(variablesJson) as { representations?: Record<string, unknown>[] };
    for (const representation of representations ?? []) {
      const type = String(representation.__typename);
      if (facts.interfaceObjects.has(type)) count('@interfaceObject');
      facts.keys.get(type)?.forEach((key, i) => {
        const names = key.selections.map((selection) =>
          'name' in selection ? (selection.name?.value ?? '') : '',
        );
        if (!names.every((name) => name in representation)) return;
        if (i > 0) count('@key multiple');
        const isNested = key.selections.some(
          (selection) => selection.kind === 'Field' && selection.selectionSet,
        );
        count(isNested ? '@key nested' : names.length > 1 ? '@key compound' : '@key');
        for (const name of names) for (const d of facts.directives.get(`${type}.${name}`) ?? []) count(d);
      });
    }
  }
}

function seeErrors({ data, errors }: Answer, count: Count): void {
  for (const { message, path } of errors ?? []) {
    if (!path) continue;
    if (message.includes('Enum')) {
      count('hidden enum value');
      count('@inaccessible');
    }
    if (path.length === 1) count('error in a root field');
    else count('error in an entity');
    if (path.some((step) => typeof step === 'number')) count('error in a list');
    let value: unknown = data;
    for (const step of path.slice(0, -1))
      value = (value as Record<string | number, unknown> | null | undefined)?.[step];
    if (value === null || value === undefined) count('null that bubbled');
  }
}
