import { encodeId, type SessionId, type UserId } from '@murmuration/ids';
import { Counter, type Logger, metrics, type UserError, UserErrors } from '@murmuration/service-kit';
import type { RequestContext } from '@murmuration/service-kit/subgraph';

/** What is told. The names stand in alerts and in whatever reads the log: they may be added to, not changed. */
export const auditEvents = [
  'sign-up',
  'log-in',
  'refresh',
  'refresh-reuse',
  'log-out',
  'log-out-everywhere',
  'session-end',
  'revocation',
  'email-verification',
  'email-change-request',
  'email-change',
  'email-change-undo',
  'password-change',
  'password-reset-request',
  'password-reset',
  'identity-confirmation',
  'second-factor-setup',
  'second-factor-on',
  'second-factor-off',
  'second-factor-reset',
  'recovery-codes',
  'passkey-registration',
  'passkey-removal',
  'passkey-count-back',
  'account-deactivation',
  'account-deletion',
  'account-return',
  'account-export',
  'account-export-download',
  'erasure',
  'role-change',
  'suspension',
  'suspension-lift',
] as const;
export type AuditEvent = (typeof auditEvents)[number];

export const auditOutcomes = ['ok', 'refused', 'throttled', 'conflict', 'invalid', 'failed'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

const authenticationEvents = new Counter({
  name: 'authentication_events_total',
  help: 'What happened to accounts and their sessions',
  labelNames: ['event', 'outcome'],
  registers: [metrics],
});

/** Who asked, of which only what tells one caller from another is written. */
export type Asker = Pick<RequestContext, 'requestId' | 'clientAddress'>;

/** Whom it is about, as far as that is known: never what was typed, for people type passwords into any field. */
export interface AuditSubject {
  account?: UserId | undefined;
  /** Who did it, where that is another person: a number that stays in the log when they are erased. */
  actor?: UserId | undefined;
  session?: SessionId | undefined;
  /** Sessions that were ended. */
  endedSessions?: number | undefined;
}

/**
 * The log of who came in, who did not, and whose sessions ended: lines of a child of the process's log with
 * `"log":"audit"`, written whatever the level of the rest, each counted by event and outcome.
 */
export interface AuditLog {
  record(event: AuditEvent, outcome: AuditOutcome, asker: Asker, subject?: AuditSubject): void;
  /** Tells of what ended in an error. */
  recordFailure(event: AuditEvent, error: unknown, asker: Asker, subject: AuditSubject): void;
  /** Runs what may be refused, and tells how it went. `subject` is filled in while it becomes known. */
  around<T>(event: AuditEvent, asker: Asker, run: (subject: AuditSubject) => Promise<T>): Promise<T>;
}

export function createAuditLog(parent: Logger): AuditLog {
  const level = parent.level === 'silent' ? 'silent' : 'info';
  const logger = parent.child({ log: 'audit' }, { level });
  // From zero on, or the first of a kind would not be a rise.
  for (const event of auditEvents)
    for (const outcome of auditOutcomes) authenticationEvents.inc({ event, outcome }, 0);

  const record: AuditLog['record'] = (event, outcome, asker, subject = {}) => {
    authenticationEvents.inc({ event, outcome });
    const { account, actor, endedSessions, session } = subject;
    const line = {
      event,
      outcome,
      account: account === undefined ? null : encodeId('User', account),
      actor: actor === undefined ? null : encodeId('User', actor),
      session: session === undefined ? null : encodeId('Session', session),
      endedSessions: endedSessions ?? null,
      address: asker.clientAddress,
      requestId: asker.requestId,
    };
    logger.info(line, 'authentication');
  };

  const recordFailure: AuditLog['recordFailure'] = (event, error, asker, subject) =>
    record(event, outcomeOf(error), asker, subject);

  return {
    record,
    recordFailure,
    async around(event, asker, run) {
      const subject: AuditSubject = {};
      try {
        const result = await run(subject);
        record(event, 'ok', asker, subject);
        return result;
      } catch (error) {
        recordFailure(event, error, asker, subject);
        throw error;
      }
    },
  };
}

const outcomeByError: Partial<Record<UserError['__typename'], AuditOutcome>> = {
  NotAllowed: 'refused',
  RateLimited: 'throttled',
  Conflict: 'conflict',
  ValidationError: 'invalid',
};

function outcomeOf(error: unknown): AuditOutcome {
  const kind = error instanceof UserErrors ? error.errors[0]?.__typename : undefined;
  return (kind && outcomeByError[kind]) ?? 'failed';
}
