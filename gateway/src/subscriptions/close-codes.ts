import { CloseCode } from 'graphql-ws';

/** Why the gateway closes a websocket. Those of the protocol keep its numbers; 444x are the gateway's own. */
export const closeCodes = {
  /** The process goes away; connect again, another one answers. */
  goingAway: 1001,
  /** A message over `maxMessageBytes`; closed by the websocket layer itself. */
  messageTooBig: 1009,
  badRequest: CloseCode.BadRequest,
  /** Subscribed before `connection_ack`. */
  unauthorized: CloseCode.Unauthorized,
  /** The token of `connection_init` or of a refresh is not good. */
  forbidden: CloseCode.Forbidden,
  subprotocolNotAcceptable: CloseCode.SubprotocolNotAcceptable,
  connectionInitTimeout: CloseCode.ConnectionInitialisationTimeout,
  subscriberAlreadyExists: CloseCode.SubscriberAlreadyExists,
  tooManyInitialisations: CloseCode.TooManyInitialisationRequests,
  internal: CloseCode.InternalServerError,
  /** The access token ran out; connect again with a fresh one. */
  tokenExpired: 4440,
  /** Log-out, or the session was revoked. */
  sessionEnded: 4441,
  tooManySubscriptions: 4442,
  slowConsumer: 4443,
  tooManyMessages: 4444,
  /** Of one person. */
  tooManySockets: 4445,
} as const;

export type CloseName = keyof typeof closeCodes;
