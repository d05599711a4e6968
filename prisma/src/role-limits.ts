import pg from 'pg';

/**
 * What bounds every session of the application's role in its database, whoever opened it. On the role and not on
 * the server: base backups, VACUUM and whoever mends something take their time. The feed's horizon is that of
 * the whole server, so a session of the application may hold a transaction open for a minute at most.
 */
export const roleLimits = {
  transaction_timeout: '60s',
  idle_in_transaction_session_timeout: '10s',
} as const;

/**
 * Gives the role of a connection string its limits in the database that it names. A superuser keeps none: it is
 * people and tools, and what they begin has to end.
 * @returns whether it was limited
 */
export async function limitRole(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ role: string; database: string; isSuper: boolean }>(
      `SELECT current_user AS role, current_database() AS database, rolsuper AS "isSuper"
       FROM pg_roles WHERE rolname = current_user`,
    );
    const [found] = rows;
    if (!found || found.isSuper) return false;
    const role = client.escapeIdentifier(found.role);
    const database = client.escapeIdentifier(found.database);
    for (const [name, value] of Object.entries(roleLimits)) {
      await client.query(`ALTER ROLE ${role} IN DATABASE ${database} SET ${name} = '${value}'`);
    }
    return true;
  } finally {
    await client.end();
  }
}
