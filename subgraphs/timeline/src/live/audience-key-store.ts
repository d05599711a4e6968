import type { AudienceKeyStore } from '@murmuration/service-kit/subgraph';
import type { Sql } from '../database/pool.ts';

export function createAudienceKeyStore(sql: Sql): AudienceKeyStore {
  return {
    async put(id, jwk, lifeMs) {
      await sql.query({
        name: 'audience-key-publish',
        text: `INSERT INTO audience_key (id, jwk, expires_at)
          VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond')
          ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`,
        values: [id, JSON.stringify(jwk), lifeMs],
      });
    },
    async removeExpired() {
      await sql.query({
        name: 'audience-keys-expired',
        text: 'DELETE FROM audience_key WHERE expires_at < clock_timestamp()',
      });
    },
    async read(limit) {
      const { rows } = await sql.query<{ jwk: object }>({
        name: 'audience-keys',
        text: 'SELECT jwk FROM audience_key WHERE expires_at > clock_timestamp() ORDER BY id LIMIT $1',
        values: [limit],
      });
      return rows.map(({ jwk }) => jwk);
    },
  };
}
