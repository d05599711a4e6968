import { GraphQLError, type GraphQLSchema, getVariableValues, type OperationDefinitionNode } from 'graphql';
import type { Step } from './compile-plan.ts';
import { errorCode } from './errors.ts';
import { errorsOf, type PathNames } from './faults.ts';
import { cloneJson, isJsonObject, type JsonObject } from './json.ts';
import { missingOf, objectsIn } from './missing.ts';
import type { Rewrite } from './rewrites.ts';
import { createRunState, type RunState } from './run-state.ts';
import { createErrorPaths } from './shape/error-paths.ts';
import { bubble, type Shaper } from './shape/shape-run.ts';
import type {
  CompiledOperation,
  ExecuteArgs,
  ExecutionOutcome,
  Introspect,
  SubgraphFetcher,
  SubgraphResponse,
} from './types.ts';

export interface RunnerParts {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fetcher: SubgraphFetcher;
  readonly names: PathNames;
  readonly shape: Shaper;
  readonly introspect: Introspect | undefined;
  readonly step: Step | undefined;
  /** Corrections of an upstream event before the rest of a subscription's plan runs on it. */
  readonly rewriteEvent: Rewrite | undefined;
}

/** How a compiled operation runs: variables, fetches, shape. */
export function createRunner(parts: RunnerParts): Pick<CompiledOperation, 'run' | 'runRest'> {
  // A mutation that has begun runs to its end: leaving half of it undone is nobody's wish.
  const isMutation = parts.operation.operation === 'mutation';
  return {
    async run(args) {
      const variables = coerce(parts, args);
      if ('errors' in variables) return variables;
      const state = createRunState({}, isMutation ? { ...args, signal: undefined } : args, parts.fetcher);
      // Before anything is fetched or changed: it may be refused.
      const described = await parts.introspect?.({ ...args, variables: variables.values });
      await parts.step?.(state);
      return answer(parts, state, described);
    },
    async runRest(event, args) {
      const variables = coerce(parts, args);
      if ('errors' in variables) return variables;
      const data = isJsonObject(event.data) ? cloneJson(event.data) : {};
      const state = createRunState(data, args, parts.fetcher);
      takeEvent(parts, state, event);
      const named = objectsIn(state.data);
      await parts.step?.(state);
      const missing = missingOf(named, state.faults);
      const outcome = answer(parts, state);
      return missing ? { ...outcome, missing } : outcome;
    },
  };
}

function takeEvent(parts: RunnerParts, state: RunState, event: SubgraphResponse): void {
  parts.rewriteEvent?.(state.data, undefined);
  for (const answer of event.errors ?? []) {
    const path = answer.path ? [...answer.path] : undefined;
    state.faults.push({ subgraph: 'subscription', path, renamed: new Map(), cause: { answer } });
  }
}

type Variables =
  | { readonly values: Readonly<Record<string, unknown>> }
  | { readonly errors: readonly GraphQLError[] };

const noVariables: Variables = { values: {} };

/** Checked against the schema; what is sent on is what the client gave, for the subgraph coerces it itself. */
function coerce({ schema, operation }: RunnerParts, { variables }: ExecuteArgs): Variables {
  const definitions = operation.variableDefinitions;
  if (!definitions || definitions.length === 0) return noVariables;
  const { coerced, errors } = getVariableValues(schema, definitions, variables ?? {}, { maxErrors: 20 });
  if (coerced) return { values: coerced };
  return {
    errors: (errors ?? []).map(
      (error) =>
        new GraphQLError(error.message, {
          ...(error.nodes ? { nodes: error.nodes } : {}),
          extensions: { code: errorCode.badInput },
        }),
    ),
  };
}

function answer(
  parts: RunnerParts,
  state: RunState,
  introspection?: Readonly<Record<string, unknown>>,
): ExecutionOutcome {
  const { errors, known } =
    state.faults.length > 0
      ? errorsOf(state.faults, parts.names, state.args.context.requestId)
      : { errors: [], known: createErrorPaths() };
  const data = parts.shape(state.data, { path: [], errors, known, introspection, owner: state.data });
  const shaped = data === bubble ? null : (data as JsonObject);
  return errors.length > 0 ? { data: shaped, errors } : { data: shaped };
}
