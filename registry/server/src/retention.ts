import type { RegistryDatabase, RegistryTransaction } from '@murmuration/prisma/registry';
import { type Logger, retryConflicts } from '@murmuration/service-kit';

export const retentionLimits = {
  everyMs: 60 * 60_000,
  /** Rows of one statement, so that none holds others up. */
  rows: 10_000,
  /** Statements of one table in one round. */
  rounds: 200,
  /** Longer than a report may be on its way. */
  reportDays: 8,
  /** A gateway that was not heard of for this long is gone. */
  gatewayDays: 7,
} as const;

export interface Kept {
  usageDays: number;
  checksDays: number;
}

/** Lets go what nobody asks for any more, by the hour. Versions stay: their addresses are for ever. */
export function startRetention(database: RegistryDatabase, kept: Kept, logger: Logger): () => void {
  const look = () =>
    letGo(database, kept).catch((error: unknown) =>
      logger.warn({ err: error }, 'what is old could not be let go'),
    );
  const timer = setInterval(() => void look(), retentionLimits.everyMs).unref();
  return () => clearInterval(timer);
}

/** @returns how many rows went */
export async function letGo(database: RegistryDatabase, { checksDays, usageDays }: Kept): Promise<number> {
  const { gatewayDays, reportDays, rounds, rows } = retentionLimits;
  // What is counted meanwhile would go with what it is counted for, unseen; so this fails instead, and is done again.
  const unlessCounted = (work: (transaction: RegistryTransaction) => Promise<number>) =>
    retryConflicts(() => database.$transaction(work, { isolationLevel: 'RepeatableRead' }));
  const steps = [
    (
      most: number,
    ) => database.$executeRaw`DELETE FROM usage_count WHERE ctid = ANY (ARRAY(SELECT ctid FROM usage_count
      WHERE day < (now() AT TIME ZONE 'UTC')::date - ${usageDays}::int LIMIT ${most}))`,
    (
      most: number,
    ) => database.$executeRaw`DELETE FROM usage_hour WHERE ctid = ANY (ARRAY(SELECT ctid FROM usage_hour
      WHERE hour < now() - make_interval(days => ${usageDays}::int) LIMIT ${most}))`,
    // Not one that a report brings just now: its counts are not committed yet.
    (most: number) =>
      unlessCounted(
        (
          transaction,
        ) => transaction.$executeRaw`DELETE FROM usage_operation WHERE id = ANY (ARRAY(SELECT id FROM usage_operation o
      WHERE seen_at < now() - interval '1 day'
        AND NOT EXISTS (SELECT FROM usage_count c WHERE c.operation_id = o.id) LIMIT ${most}))`,
      ),
    // They choose their names: those of once would else have every place for ever, and all new ones be `other`.
    (most: number) =>
      unlessCounted(
        (
          transaction,
        ) => transaction.$executeRaw`DELETE FROM usage_client WHERE id = ANY (ARRAY(SELECT id FROM usage_client c
      WHERE NOT EXISTS (SELECT FROM usage_count u WHERE u.client_id = c.id) LIMIT ${most}))`,
      ),
    (
      most: number,
    ) => database.$executeRaw`DELETE FROM usage_report WHERE ctid = ANY (ARRAY(SELECT ctid FROM usage_report
      WHERE at < now() - make_interval(days => ${reportDays}::int) LIMIT ${most}))`,
    (
      most: number,
    ) => database.$executeRaw`DELETE FROM usage_file WHERE ctid = ANY (ARRAY(SELECT ctid FROM usage_file
      WHERE added_at < now() - make_interval(days => ${usageDays}::int) LIMIT ${most}))`,
    (most: number) => database.$executeRaw`DELETE FROM checked WHERE id = ANY (ARRAY(SELECT id FROM checked
      WHERE at < now() - make_interval(days => ${checksDays}::int) LIMIT ${most}))`,
    (
      most: number,
    ) => database.$executeRaw`DELETE FROM gateway WHERE ctid = ANY (ARRAY(SELECT ctid FROM gateway
      WHERE seen_at < now() - make_interval(days => ${gatewayDays}::int) LIMIT ${most}))`,
  ];
  let gone = 0;
  for (const step of steps)
    for (let round = 0; round < rounds; round++) {
      const went = await step(rows);
      gone += went;
      if (went < rows) break;
    }
  return gone;
}
