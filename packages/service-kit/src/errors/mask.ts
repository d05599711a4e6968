import type { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { errorCodes } from './codes.ts';
import { isDatabaseConflict, isDatabaseOutage } from './outage.ts';
import { restate } from './restate.ts';

const known = new Set<unknown>(Object.values(errorCodes));

/**
 * What a client may see of an error. An error of our own passes as it is; anything else is logged whole and
 * replaced by a sentence, so that no stack, SQL or address ever leaves the process. The sentence for a database that
 * is away, or busy with others on the same rows, is another: what was asked was right, and may do later.
 */
export function maskError(error: GraphQLError, logger: Logger): GraphQLError {
  if (known.has(error.extensions.code)) {
    if (error.extensions.code === errorCodes.downstream && error.originalError) {
      logger.warn({ err: error.originalError, path: error.path }, 'a service did not answer');
    }
    return error;
  }
  // Without a path, or an original error, it is graphql-js's own word on the request: a variable that does
  // not fit. What a resolver threw has both.
  if (error.path === undefined || error.originalError === undefined)
    return restate(error, error.message, errorCodes.badUserInput);
  if (isDatabaseOutage(error.originalError)) {
    logger.warn({ err: error.originalError, path: error.path }, 'the database did not answer');
    return restate(error, 'This cannot be answered right now. Try again in a moment.', errorCodes.downstream);
  }
  if (isDatabaseConflict(error.originalError)) {
    logger.warn({ err: error.originalError, path: error.path }, 'others were at work on the same rows');
    return restate(error, 'This cannot be done right now. Try again in a moment.', errorCodes.downstream);
  }
  logger.error({ err: error.originalError, path: error.path }, 'a resolver failed');
  return restate(error, 'Something went wrong on our side.', errorCodes.internal);
}
