import { type FormattedExecutionResult, GraphQLError } from 'graphql';
import { errorCode } from '../execution/errors.ts';
import type { ExecutionOutcome } from '../execution/types.ts';
import type { Admit } from './admit.ts';
import type { Results } from '../subscriptions/ordered.ts';
import type { ResultText } from '../subscriptions/result-text.ts';
import type { EdgeContext } from './context.ts';
import { edgeCodes } from './edge-codes.ts';
import type { FormatOutcome } from './mask-errors.ts';
import type { Observe } from './observe/observe.ts';
import { addStandings } from './limits/rate-limit-headers.ts';
import { headOf, refusal, Refused } from './refusal.ts';
import type { Admitted, Answered, Asked, Headers } from './types.ts';

export interface RoadOptions {
  admit: Admit;
  /** Runs a query or a mutation. */
  execute: Execute;
  /** Opens a subscription; errors are those of the opening. */
  subscribe: Subscribe;
  format: FormatOutcome;
  observers: readonly Observe[];
  /** Operations that may be under way at a time, subscriptions only until they are open; more are turned away. */
  maxInFlight: number;
}

export type Execute = (admitted: Admitted, asked: Asked, context: EdgeContext) => Promise<Executed>;

/** What came of it, masked, with what it says of the answer's head. */
export interface Executed {
  readonly result: FormattedExecutionResult;
  readonly status?: number;
  readonly headers?: Headers;
}

export type Subscribe = (
  admitted: Admitted,
  createContext: () => EdgeContext,
) => Results<ResultText> | ExecutionOutcome;

/** Every operation's way through the gateway. Never rejects: whatever goes wrong is an answer. */
export type Road = (asked: Asked) => Promise<Answered>;

/** The one road: admit, then execute or subscribe. Transports bring the request and write what comes of it. */
export function createRoad(options: RoadOptions): Road {
  const { admit, execute, format, maxInFlight, observers, subscribe } = options;
  let inFlight = 0;

  /** An answer of nothing but errors, with the head that they ask for. */
  function answerOf(errors: readonly GraphQLError[], context: EdgeContext, headers: Headers): Answered {
    let status = 0;
    for (const error of errors) {
      const head = headOf(error);
      status ||= head.status ?? 0;
      for (const [name, value] of head.headers ?? []) headers[name] = value;
    }
    const result = format({ errors });
    return { kind: 'answer', context, headers, status: status || 400, result, isRefused: true };
  }

  async function runAdmitted(
    admitted: Admitted,
    asked: Asked,
    context: EdgeContext,
    headers: Headers,
  ): Promise<Answered> {
    const { operation } = admitted;
    if (operation.kind === 'subscription') {
      const opened = subscribe(admitted, asked.createContext);
      if (!(Symbol.asyncIterator in opened)) return answerOf(opened.errors ?? [], context, headers);
      operation.runs.count++;
      return { kind: 'stream', context, headers, results: opened };
    }
    const executed = await execute(admitted, asked, context);
    const { result, status } = executed;
    Object.assign(headers, executed.headers);
    addStandings(headers, context.standings);
    // Variables that do not fit: nothing ran.
    const isRefused = result.data === undefined;
    if (!isRefused) operation.runs.count++;
    return { kind: 'answer', context, headers, result, isRefused, status: status ?? (isRefused ? 400 : 200) };
  }

  return async (asked) => {
    const startedAtMs = performance.now();
    const context = asked.createContext();
    const headers: Headers = {};
    let admitted: Admitted | undefined;
    let answered: Answered;
    inFlight++;
    try {
      if (inFlight > maxInFlight) throw overloaded();
      admitted = await admit(asked, context, headers);
      answered = await runAdmitted(admitted, asked, context, headers);
    } catch (thrown) {
      answered = answerOf(errorsOf(thrown), context, headers);
    } finally {
      inFlight--;
    }
    const isRefused = answered.kind === 'answer' && answered.isRefused;
    const errors = answered.kind === 'answer' ? answered.result.errors : undefined;
    const operation = admitted?.operation;
    const endedAtMs = performance.now();
    const observed = { admitted, asked, context, errors, isRefused, operation, startedAtMs, endedAtMs };
    for (const observe of observers) observe(observed);
    return answered;
  };
}

function errorsOf(thrown: unknown): readonly GraphQLError[] {
  if (thrown instanceof Refused) return thrown.errors;
  if (thrown instanceof GraphQLError) return [thrown];
  const originalError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const http = { status: 500 } as never;
  return [
    new GraphQLError('A fault of ours', { originalError, extensions: { code: errorCode.internal, http } }),
  ];
}

function overloaded(): GraphQLError {
  return refusal('Too many operations at once. Try again in a moment.', edgeCodes.rateLimited, 503, {
    headers: { 'retry-after': '1' },
  });
}
