import type { FetchNode } from '@apollo/query-planner';
import { GraphQLError } from 'graphql';
import { errorCode } from './errors.ts';
import type { PlanPath } from './path.ts';
import { compileRepresentation, type RealNameOf, type Representer } from './representation.ts';
import { compileRewrites, type Rewrite } from './rewrites.ts';
import type { TypeRelations } from './type-relations.ts';

export interface FetchEnvironment {
  readonly types: TypeRelations;
  readonly urlOf: (subgraph: string) => string | undefined;
  /** From the names given to the planner back to those of the subgraphs. */
  readonly realNameOf: RealNameOf;
  /** From the variable names given to the planner to those of the client. */
  readonly clientVariableOf: (name: string) => string;
}

/** A fetch of a plan with all that does not depend on the request worked out. */
export interface CompiledFetch {
  /** Fetches of one request with equal keys may go out as one. */
  readonly batchKey: string;
  readonly subgraph: string;
  readonly url: string | undefined;
  readonly kind: 'query' | 'mutation';
  readonly query: string;
  readonly operationName: string | undefined;
  /** The body up to the variables. */
  readonly bodyPrefix: string;
  readonly variables: readonly { readonly client: string; readonly prefix: string }[];
  readonly path: PlanPath;
  /** Present for entity fetches. */
  readonly representer: Representer | undefined;
  readonly rewriteOutput: Rewrite | undefined;
  /** Where aliases of the planner's own really belong, for error paths. */
  readonly renamed: ReadonlyMap<string, string>;
}

export function compileFetch(node: FetchNode, path: PlanPath, env: FetchEnvironment): CompiledFetch {
  if (node.contextRewrites?.length) {
    // Nor does the stock gateway fill them in; it sends the request without, and the answer is silently another.
    throw new GraphQLError('Arguments with @fromContext are not supported.', {
      extensions: { code: errorCode.internal },
    });
  }
  const operation = withStableName(node.operation, node.operationName);
  const variables = (node.variableUsages ?? []).map((name) => ({
    client: env.clientVariableOf(name),
    prefix: `${JSON.stringify(name)}:`,
  }));
  const nameJson = operation.name === undefined ? '' : `"operationName":${JSON.stringify(operation.name)},`;
  return {
    batchKey: JSON.stringify([node.serviceName, operation.text, node.outputRewrites]),
    subgraph: node.serviceName,
    url: env.urlOf(node.serviceName),
    kind: node.operationKind === 'mutation' ? 'mutation' : 'query',
    query: operation.text,
    operationName: operation.name,
    bodyPrefix: `{"query":${JSON.stringify(operation.text)},${nameJson}"variables":`,
    variables,
    path,
    representer: compileRepresenter(node, env),
    rewriteOutput: compileRewrites(node.outputRewrites, env.types),
    renamed: renamedKeys(node),
  };
}

function compileRepresenter(node: FetchNode, env: FetchEnvironment): Representer | undefined {
  if (!node.requires) return undefined;
  const representer = compileRepresentation(node.requires, env.types, env.realNameOf);
  const rewrite = compileRewrites(node.inputRewrites, env.types);
  if (!rewrite) return representer;
  return {
    keysOf: representer.keysOf,
    write(entity) {
      const text = representer.write(entity);
      if (text === undefined) return undefined;
      const representation: unknown = JSON.parse(text);
      rewrite(representation, undefined);
      return JSON.stringify(representation);
    },
  };
}

/**
 * The planner numbers its operation names (`Home__posts__3`), so no two fetches would ever be equal.
 * The number goes; the client's name and the subgraph's stay, for the subgraph's own logs.
 */
export function withStableName(
  text: string,
  name: string | undefined,
): { text: string; name: string | undefined } {
  if (name === undefined) return { text, name };
  const stable = name.replace(/__\d+$/, '');
  const start = text.indexOf(name);
  return { text: text.slice(0, start) + stable + text.slice(start + name.length), name: stable };
}

function renamedKeys(node: FetchNode): Map<string, string> {
  const renamed = new Map<string, string>();
  for (const rewrite of node.outputRewrites ?? []) {
    const from = rewrite.path.at(-1);
    if (rewrite.kind === 'KeyRenamer' && from !== undefined) renamed.set(from, rewrite.renameKeyTo);
  }
  return renamed;
}
