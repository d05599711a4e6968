import { GraphQLError } from 'graphql';
import { errorCode } from '../execution/errors.ts';

/**
 * Why there is no plan. `unplannable` and `unproven` are about the operation; `failed` and `timeout` about the planner;
 * `busy` about its queue; `deadline` and `cancelled` about the caller.
 */
export type PlanFailureReason =
  | 'unplannable'
  | 'unproven'
  | 'failed'
  | 'timeout'
  | 'busy'
  | 'deadline'
  | 'cancelled';

/** The message is for logs: it may name subgraphs and what the schema hides. */
export class PlanFailure extends Error {
  readonly reason: PlanFailureReason;
  /** After how long another try makes sense, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: PlanFailureReason,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, options);
    this.name = 'PlanFailure';
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

interface Said {
  readonly message: string;
  readonly code: string;
  readonly status: number;
  /** In `extensions.reason`. */
  readonly reason?: string;
  readonly retryAfterSeconds?: number;
}

const said: Readonly<Record<PlanFailureReason, Said>> = {
  unplannable: { message: 'The operation cannot be planned.', code: errorCode.notPlannable, status: 400 },
  unproven: { message: 'The operation cannot be planned.', code: errorCode.notPlannable, status: 400 },
  failed: {
    message: 'The operation could not be planned.',
    code: errorCode.internal,
    status: 503,
    retryAfterSeconds: 1,
  },
  timeout: {
    message: 'The operation could not be planned.',
    code: errorCode.internal,
    status: 503,
    retryAfterSeconds: 1,
  },
  busy: {
    message: 'Too many new operations at once.',
    code: errorCode.busy,
    status: 503,
    retryAfterSeconds: 1,
  },
  deadline: {
    message: 'The deadline passed before the operation was planned.',
    code: errorCode.downstream,
    status: 504,
    reason: 'DEADLINE',
  },
  cancelled: {
    message: 'The caller left before the operation was planned.',
    code: errorCode.downstream,
    status: 499,
    reason: 'CANCELLED',
  },
};

/**
 * What a client is told. `extensions.http` is `{ status: number, headers: Map<string, string> }` as Apollo Server
 * has it, for the edge, which takes it out.
 */
export function planError(cause: PlanFailure): GraphQLError {
  const { message, code, status, reason, retryAfterSeconds: usual } = said[cause.reason];
  const { retryAfterMs } = cause;
  const retryAfterSeconds = retryAfterMs === undefined ? usual : Math.ceil(retryAfterMs / 1_000);
  const headers = new Map<string, string>();
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds));
  const http = { status, headers } as never;
  return new GraphQLError(message, {
    originalError: cause,
    extensions: {
      code,
      ...(reason ? { reason } : {}),
      ...(retryAfterSeconds ? { retryAfter: retryAfterSeconds } : {}),
      http,
    },
  });
}

/** Whether it is the operation, and not the planner, that there is no plan for. */
export function saysOfOperation({ reason }: PlanFailure): boolean {
  return reason === 'unplannable' || reason === 'unproven';
}
