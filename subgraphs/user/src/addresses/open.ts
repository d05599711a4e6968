import type { Secret } from '@murmuration/config';
import type { UserDatabase } from '@murmuration/prisma/user';
import {
  createBlindIndex,
  createEnvironmentKeys,
  createSealer,
  type Logger,
  watchKey,
} from '@murmuration/service-kit';
import { type Addresses, createAddresses, emailIndexPurpose } from './addresses.ts';

/** The addresses of a process, by its settings. It is for whoever serves to be ready only once these are. */
export function openAddresses(
  database: UserDatabase,
  config: {
    DATA_KEYS: [Secret, ...Secret[]];
    EMAIL_INDEX_KEYS: [Secret, ...Secret[]];
    EMAILS_IN_CLEAR: boolean;
  },
  logger: Pick<Logger, 'error'>,
): Addresses {
  watchKey('data', config.DATA_KEYS[0]);
  watchKey('email index', config.EMAIL_INDEX_KEYS[0]);
  const addresses = createAddresses({
    database,
    sealer: createSealer(createEnvironmentKeys(config.DATA_KEYS)),
    index: createBlindIndex(config.EMAIL_INDEX_KEYS, emailIndexPurpose),
    isInClear: config.EMAILS_IN_CLEAR,
  });
  // The process does not get ready without: somebody should be told why.
  void addresses.ready().catch((err: unknown) => logger.error({ err }, 'addresses cannot be read'));
  return addresses;
}
