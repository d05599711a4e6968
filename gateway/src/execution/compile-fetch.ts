import type {
  BatchFetchNode,
  EntitySet,
  FetchNode,
  PlanPath,
  Rewrite as RewriteNode,
} from '../planning/plan.ts';
import { compileRoute, type Route } from './path.ts';
import { compileRepresentation, type Representer } from './representation.ts';
import { compileRewrites, type Rewrite } from './rewrites.ts';
import type { TypeRelations } from './type-relations.ts';

export interface FetchEnvironment {
  readonly types: TypeRelations;
  readonly urlOf: (subgraph: string) => string | undefined;
  /** From the variable names given to the planner to those of the client. */
  readonly clientVariableOf: (name: string) => string;
}

/** A request of a plan with all that does not depend on the client's request worked out. */
export interface CompiledFetch {
  readonly subgraph: string;
  readonly url: string | undefined;
  readonly kind: 'query' | 'mutation';
  readonly query: string;
  readonly operationName: string | undefined;
  /** The body up to the variables. */
  readonly bodyPrefix: string;
  readonly variables: readonly { readonly client: string; readonly prefix: string }[];
  /** Where aliases of the planner's own really belong, for error paths. */
  readonly renamed: ReadonlyMap<string, string>;
}

export interface RootFetch extends CompiledFetch {
  /** Keys of its fields in the answer. */
  readonly rootKeys: readonly string[];
  readonly route: Route;
  readonly rewriteOutput: Rewrite | undefined;
}

export interface EntityFetch extends CompiledFetch {
  /** Fetches of one client request with equal keys may go out as one. */
  readonly batchKey: string;
  readonly sets: readonly CompiledSet[];
}

/** One `_entities` of a request. */
export interface CompiledSet {
  /** Its key in the answer. */
  readonly alias: string;
  /** `"representations":`. */
  readonly prefix: string;
  readonly routes: readonly Route[];
  readonly representer: Representer;
  readonly rewriteOutput: Rewrite | undefined;
}

export function compileRootFetch(node: FetchNode, path: PlanPath, env: FetchEnvironment): RootFetch {
  return {
    ...compileRequest(node, node.operationKind === 'mutation' ? 'mutation' : 'query', env),
    renamed: renamedKeys([node]),
    rootKeys: node.rootKeys ?? [],
    route: compileRoute(path, env.types),
    rewriteOutput: compileRewrites(node.outputRewrites, env.types),
  };
}

export function compileEntityFetch(
  node: FetchNode | BatchFetchNode,
  path: PlanPath,
  env: FetchEnvironment,
): EntityFetch {
  const sets = node.kind === 'BatchFetch' ? node.sets : [onlySet(node, path)];
  const rewrites = sets.map(({ outputRewrites }) => outputRewrites);
  return {
    ...compileRequest(node, 'query', env),
    renamed: renamedKeys(sets),
    batchKey: JSON.stringify([node.subgraph, node.operation, rewrites]),
    sets: sets.map((set) => ({
      alias: set.alias,
      prefix: `${JSON.stringify(set.variable)}:`,
      routes: set.paths.map((one) => compileRoute(one, env.types)),
      representer: compileRepresenter(set, env),
      rewriteOutput: compileRewrites(set.outputRewrites, env.types),
    })),
  };
}

function onlySet(node: FetchNode, path: PlanPath): EntitySet {
  const { inputRewrites, outputRewrites, requires = [] } = node;
  return {
    alias: '_entities',
    variable: 'representations',
    paths: [path],
    requires,
    inputRewrites,
    outputRewrites,
  };
}

function compileRequest(
  { subgraph, operation, operationName, variables }: FetchNode | BatchFetchNode,
  kind: CompiledFetch['kind'],
  env: FetchEnvironment,
): Omit<CompiledFetch, 'renamed'> {
  const nameJson = operationName === undefined ? '' : `"operationName":${JSON.stringify(operationName)},`;
  return {
    subgraph,
    url: env.urlOf(subgraph),
    kind,
    query: operation,
    operationName,
    bodyPrefix: `{"query":${JSON.stringify(operation)},${nameJson}"variables":`,
    variables: variables.map((name) => ({
      client: env.clientVariableOf(name),
      prefix: `${JSON.stringify(name)}:`,
    })),
  };
}

function compileRepresenter(
  { requires, inputRewrites }: EntitySet,
  { types }: FetchEnvironment,
): Representer {
  const representer = compileRepresentation(requires, types);
  const rewrite = compileRewrites(inputRewrites, types);
  if (!rewrite) return representer;
  return {
    keysOf: representer.keysOf,
    write(entity) {
      const text = representer.write(entity);
      if (typeof text !== 'string') return text;
      const representation: unknown = JSON.parse(text);
      rewrite(representation, undefined);
      return JSON.stringify(representation);
    },
  };
}

function renamedKeys(
  sets: readonly { readonly outputRewrites?: readonly RewriteNode[] | undefined }[],
): Map<string, string> {
  const renamed = new Map<string, string>();
  for (const rewrite of sets.flatMap(({ outputRewrites }) => outputRewrites ?? [])) {
    const from = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && from?.kind === 'field') renamed.set(from.key, rewrite.to);
  }
  return renamed;
}
