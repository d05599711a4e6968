import type { Logger } from '@murmuration/service-kit';
import { type FormattedExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { edgeCodes } from './edge-codes.ts';
import { type ErrorSource, sourceOf } from '../execution/errors.ts';
import type { ExecutionOutcome } from '../execution/types.ts';

/** As Apollo Server has it: what it would answer, and the error it is of. */
export type FormatError = (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;

const known = new Set<unknown>(Object.values(edgeCodes));

const logEveryMs = 1_000;

/** Codes of Apollo Server for requests that make no sense. */
const badRequests = new Set<unknown>(['BAD_REQUEST', 'OPERATION_RESOLUTION_FAILURE']);

/** Extensions that tell how the graph is built or why it failed; they are for logs. */
const internalExtensions = new Set(['stacktrace', 'exception', 'serviceName', 'http', 'query', 'variables']);

/** What leaves the gateway: a code from the closed list, and nothing about its inside. */
export function maskErrors(logger: Logger): FormatError {
  const isNews = createThrottle(logEveryMs);
  return (formatted, error) => {
    const extensions = publicExtensions(formatted);
    const { code } = extensions;
    if (code === edgeCodes.internal) {
      logger.error({ err: causeOf(error), path: formatted.path, ...source(error) }, 'an operation failed');
      const { retryAfter } = extensions;
      const said = { code, ...(typeof retryAfter === 'number' ? { retryAfter } : {}) };
      return restated(formatted, 'Something went wrong on our side.', said);
    }
    if (code === edgeCodes.downstream) {
      const { subgraph, requestId } = source(error);
      // A subgraph that is down fails thousands of times in the same way; the metrics count them.
      if (isNews(`${subgraph} ${extensions.reason}`)) {
        logger.warn({ err: causeOf(error), path: formatted.path, subgraph, requestId }, 'a subgraph failed');
      }
      return restated(formatted, formatted.message, extensions);
    }
    if (known.has(code)) return restated(formatted, formatted.message, { ...extensions, code });
    if (badRequests.has(code)) {
      return restated(formatted, formatted.message, { ...extensions, code: edgeCodes.badUserInput });
    }
    logger.warn({ err: error, path: formatted.path, ...source(error) }, 'a subgraph answered another code');
    const message = 'A part of the graph answered with an error';
    return restated(formatted, message, { code: edgeCodes.downstream });
  };
}

/** From what execution says to what a client hears. */
export type FormatOutcome = (outcome: ExecutionOutcome) => FormattedExecutionResult;

/** Masks the errors of an event as {@link maskErrors} does those of an answer. */
export function formatOutcomes(logger: Logger): FormatOutcome {
  const mask = maskErrors(logger);
  return ({ data, errors }) => ({
    ...(data === undefined ? {} : { data }),
    ...(errors ? { errors: errors.map((error) => mask(codedJson(error), error)) } : {}),
  });
}

/** An error as Apollo Server hands it to `formatError`. */
export function codedJson(error: GraphQLError): GraphQLFormattedError {
  const { code = edgeCodes.internal } = error.extensions;
  return { ...error.toJSON(), extensions: { ...error.extensions, code } };
}

/** Whether a thing was not said within the last while. */
function createThrottle(everyMs: number): (key: string) => boolean {
  const saidAtMs = new Map<string, number>();
  return (key) => {
    const now = performance.now();
    if (now - (saidAtMs.get(key) ?? -Infinity) < everyMs) return false;
    // A subgraph may make up reasons.
    if (saidAtMs.size > 1_000) saidAtMs.clear();
    saidAtMs.set(key, now);
    return true;
  };
}

function restated(
  { locations, path }: GraphQLFormattedError,
  message: string,
  extensions: Record<string, unknown>,
): GraphQLFormattedError {
  return { message, ...(locations ? { locations } : {}), ...(path ? { path } : {}), extensions };
}

function publicExtensions({ extensions = {} }: GraphQLFormattedError): Record<string, unknown> {
  return Object.fromEntries(Object.entries(extensions).filter(([key]) => !internalExtensions.has(key)));
}

function causeOf(error: unknown): unknown {
  return error instanceof GraphQLError ? (error.originalError ?? error) : error;
}

function source(error: unknown): Partial<ErrorSource> {
  if (!(error instanceof GraphQLError)) return {};
  // The stock executor names it in the extensions.
  const { serviceName } = error.extensions;
  return sourceOf(error) ?? (typeof serviceName === 'string' ? { subgraph: serviceName } : {});
}
