import type { WireError } from '@murmuration/registry/wire';

/** Everything that the API refuses by name; programs read the code, people the message. */
const faults = {
  BAD_INPUT: { status: 400, exitCode: 3 },
  UNAUTHENTICATED: { status: 401, exitCode: 2 },
  FORBIDDEN: { status: 403, exitCode: 2 },
  NOT_FOUND: { status: 404, exitCode: 3 },
  /** Nothing is served there: whoever takes that for an empty registry has mistyped its address. */
  NO_SUCH_ADDRESS: { status: 404, exitCode: 3 },
  COULD_NOT_RUN: { status: 409, exitCode: 2 },
  UNKNOWN_OPERATIONS: { status: 409, exitCode: 2 },
  TOO_LARGE: { status: 413, exitCode: 3 },
  TOO_MANY_REQUESTS: { status: 429, exitCode: 2 },
  INTERNAL: { status: 500, exitCode: 2 },
  OVERLOADED: { status: 503, exitCode: 2 },
} as const;

export type FaultCode = keyof typeof faults;

/** A refusal of the API: it changes nothing. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: FaultCode;
  /** Seconds after which the same may do. */
  readonly retryAfter: number | undefined;

  constructor(code: FaultCode, message: string, retryAfter?: number) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  get status(): number {
    return faults[this.code].status;
  }

  toJSON(): WireError {
    return { error: { code: this.code, message: this.message, exitCode: faults[this.code].exitCode } };
  }
}

/** Names operations that came by their hash alone and are not known: with their texts the same report will do. */
export class UnknownOperations extends Fault {
  readonly operations: readonly string[];

  constructor(operations: readonly string[]) {
    super(
      'UNKNOWN_OPERATIONS',
      `${operations.length} operations are not known here; send the report again with their texts.`,
    );
    this.operations = operations;
  }

  override toJSON() {
    const { error } = super.toJSON();
    return { error: { ...error, operations: this.operations } };
  }
}
