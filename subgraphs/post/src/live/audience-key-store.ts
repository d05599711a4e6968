import type { PostDatabase } from '@murmuration/prisma/post';
import type { AudienceKeyStore } from '@murmuration/service-kit/subgraph';

export function createAudienceKeyStore(
  database: Pick<PostDatabase, '$executeRaw' | '$queryRaw'>,
): AudienceKeyStore {
  return {
    async put(id, jwk, lifeMs) {
      await database.$executeRaw`INSERT INTO audience_key (id, jwk, expires_at)
        VALUES (${id}, ${JSON.stringify(jwk)}::jsonb, clock_timestamp() + ${lifeMs}::int * interval '1 millisecond')
        ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`;
    },
    async removeExpired() {
      await database.$executeRaw`DELETE FROM audience_key WHERE expires_at < clock_timestamp()`;
    },
    async read(limit) {
      const rows = await database.$queryRaw<{ jwk: object }[]>`SELECT jwk FROM audience_key
        WHERE expires_at > clock_timestamp() ORDER BY id LIMIT ${limit}::int`;
      return rows.map(({ jwk }) => jwk);
    },
  };
}
