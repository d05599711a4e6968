import type { Logger } from '@murmuration/service-kit';
import type { CommandConfig } from '../config.ts';
import { resetSecondFactor } from '../second-factor/repository.ts';
import { asCommand } from './as-command.ts';

export type ResetOutcome = 'changed' | 'as before' | 'no such account';

/**
 * Takes the second factor, and passkeys, from somebody who lost their app and their recovery codes, from outside of the service.
 * All their sessions end and their address is told. Safe to repeat: who has none stays signed in.
 * @param person a handle, with or without the @, or the wire id
 */
export function resetLostSecondFactor(
  config: CommandConfig,
  logger: Logger,
  person: string,
): Promise<ResetOutcome> {
  return asCommand(config, logger, person, async (id, { asker, audit, database, revocation }) => {
    const ended = await resetSecondFactor(database, id);
    if (ended === null) return 'as before';
    revocation.announce(id, ended, asker);
    audit.record('second-factor-reset', 'ok', asker, { account: id, endedSessions: ended.length });
    return 'changed';
  });
}
