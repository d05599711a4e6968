import type pg from 'pg';

/** SQLSTATE classes that speak of the server, the connection or others at work, never of the statement's content. */
const serverClasses = new Set(['08', '40', '53', '58']);
const serverCodes = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '25P04', '25006', '55P03']);

/**
 * Whether a failure says nothing about the event: then it is tried again for ever instead of being put
 * aside. In doubt the database is asked whether it is there at all.
 */
export async function isTransient(error: unknown, pool: pg.Pool): Promise<boolean> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^E[A-Z]+$/.test(code) || serverCodes.has(code) || serverClasses.has(code.slice(0, 2))) return true;
  if (error instanceof Error && /^Connection terminated|timeout exceeded when trying/.test(error.message)) {
    return true;
  }
  try {
    await pool.query('SELECT 1');
    return false;
  } catch {
    return true;
  }
}
