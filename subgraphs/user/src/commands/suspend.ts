import type { Logger } from '@murmuration/service-kit';
import { createSuspension, type SuspensionOutcome } from '../accounts/suspension.ts';
import type { CommandConfig } from '../config.ts';
import { asCommand } from './as-command.ts';

/**
 * Suspends a person, or lifts it, from outside of the service, and waits until no cache says otherwise. Safe to repeat.
 * @param person a handle, with or without the @, or the wire id
 */
export function suspendPerson(
  config: CommandConfig,
  logger: Logger,
  person: string,
  { isLifted }: { isLifted: boolean },
): Promise<SuspensionOutcome> {
  return asCommand(config, logger, person, (id, { asker, ...tools }) =>
    createSuspension(tools).set(id, !isLifted, asker),
  );
}
