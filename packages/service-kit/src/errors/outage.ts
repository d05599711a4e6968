/** SQLSTATE classes of a server or a connection in trouble: connection, resources, system. */
const classes = new Set(['08', '53', '58']);
/**
 * Shutting down, crashed, starting, idle too long, in a transaction too, and a transaction that took too long: the server
 * closes the connection with each of them. And a standby that was a primary a moment ago.
 */
const states = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '25P04', '25006']);
/** Prisma's names for the same. */
const kinds = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections']);
const prismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2037']);

/** Node's codes of connections that broke or lead nowhere; others, of files for one, are faults of ours. */
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
/** What failed when there was no way to the server at all, whatever the code: its name, or its socket's file. */
const ways = new Set(['connect', 'getaddrinfo']);
/** The driver's, of a connection that broke under a statement, before the next one of its transaction, or never came. */
const messages =
  /^Connection terminated|^Client (?:has encountered a connection error|was closed) and is not queryable|timeout exceeded when trying to connect/;

/** A transaction that the server ended for another's sake; and one that waited for another's lock for too long. */
const conflicts: ReadonlyMap<unknown, 'ended' | 'waited'> = new Map([
  ['40001', 'ended'],
  ['40P01', 'ended'],
  ['P2034', 'ended'],
  ['TransactionWriteConflict', 'ended'],
  ['55P03', 'waited'],
]);

interface Failure {
  code?: unknown;
  kind?: unknown;
  syscall?: unknown;
  message?: unknown;
  cause?: unknown;
  meta?: { driverAdapterError?: unknown };
}

/**
 * Whether a failure, of `pg` or of Prisma, says that the database could not be reached or is not there to serve: it
 * tells nothing of the statement, and the same may do a moment later.
 */
export function isDatabaseOutage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { cause, code, kind, message, meta, syscall } = error as Failure;
  if (typeof code === 'string') {
    if (socketCodes.has(code) || states.has(code) || prismaCodes.has(code)) return true;
    if (code.length === 5 && classes.has(code.slice(0, 2))) return true;
  }
  if (typeof syscall === 'string' && ways.has(syscall)) return true;
  if (typeof kind === 'string' && kinds.has(kind)) return true;
  if (typeof message === 'string' && messages.test(message)) return true;
  return isDatabaseOutage(meta?.driverAdapterError) || isDatabaseOutage(cause);
}

/**
 * Whether a failure, of `pg` or of Prisma, tells only of others at work on the same rows: `ended` when the same may do
 * at once, `waited` when it has taken its time already. Nothing was changed, and the same may do later.
 */
export function isDatabaseConflict(error: unknown): 'ended' | 'waited' | false {
  if (typeof error !== 'object' || error === null) return false;
  const { cause, code, kind, meta } = error as Failure;
  const found = conflicts.get(code) ?? conflicts.get(kind);
  return found ?? (isDatabaseConflict(meta?.driverAdapterError) || isDatabaseConflict(cause));
}
