import { GraphQLError } from 'graphql';
import { errorCodes } from '../errors/codes.ts';

/** Codes with which a live socket is closed, beside those of the protocol (4400, 4401, 4408, 4409, 4429). */
export const liveCloseCodes = {
  restart: { code: 1012, reason: 'Restarting' },
  endOfLife: { code: 4410, reason: 'End of life: connect again and resume' },
  tooManySubscriptions: { code: 4413, reason: 'Too many subscriptions' },
} as const;

export type LiveClose = (typeof liveCloseCodes)[keyof typeof liveCloseCodes];

/**
 * Thrown by a stream whose reader does not keep up, or that nobody can be asked for: it ends alone, with the code
 * `SLOW_CONSUMER`, and continues behind its cursor.
 */
export class SlowConsumer extends GraphQLError {
  override readonly name = 'SlowConsumer';

  constructor(message: string) {
    super(message, { extensions: { code: errorCodes.slowConsumer } });
  }
}
