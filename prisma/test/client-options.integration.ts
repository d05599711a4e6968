import { expect, it } from 'vitest';
import { createUserDatabase } from '../src/clients/user.ts';
import { servers } from './servers.ts';

it('a client bounds its transactions, whatever the server allows', async () => {
  const url = new URL(servers().postgresUrl);
  url.pathname = '/postgres';
  const database = createUserDatabase({ url: url.href });
  const names = ['transaction_timeout', 'statement_timeout', 'lock_timeout'];
  const rows = await database.$queryRaw<{ name: string; setting: string }[]>`
    SELECT name, setting FROM pg_settings WHERE name = ANY (${names}) ORDER BY name`;
  await database.$disconnect();
  expect(rows).toEqual([
    { name: 'lock_timeout', setting: '5000' },
    { name: 'statement_timeout', setting: '10000' },
    { name: 'transaction_timeout', setting: '30000' },
  ]);
});
