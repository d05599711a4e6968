import type { Logger } from '@murmuration/service-kit';
import type { CommandConfig } from '../config.ts';
import type { Role } from '../moderation/policy.ts';
import { putRole } from '../moderation/repository.ts';
import { transact } from '../statements.ts';
import { asCommand } from './as-command.ts';

export type GrantOutcome = 'changed' | 'as before' | 'no such account';

/**
 * Gives a person a role from outside of the service: so the first admin is made, for nobody in it could. Safe to repeat.
 * @param person a handle, with or without the @, or the wire id
 */
export function grantRole(
  config: CommandConfig,
  logger: Logger,
  person: string,
  role: Role,
): Promise<GrantOutcome> {
  return asCommand(config, logger, person, async (id, { asker, audit, database, revocation }) => {
    const change = await transact(database, (transaction) => putRole(transaction, id, role));
    if (!change) return 'no such account';
    revocation.announce(id, change.ended, asker);
    audit.record('role-change', 'ok', asker, { account: id, endedSessions: change.ended.length });
    return change.before === role ? 'as before' : 'changed';
  });
}
