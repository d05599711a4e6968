import { execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireTool } from '@murmuration/testing/tool';
import pg from 'pg';

/** Makes an authority and a certificate of 127.0.0.1 by it; returns the authority's file. */
export function makeCertificate(folder: string): { ca: string; certificate: string; key: string } {
  const openssl = requireTool({ command: 'openssl', debianPackage: 'openssl' });
  const file = (name: string) => join(folder, name);
  const run = (...args: string[]) => execFileSync(openssl, args, { cwd: folder, stdio: 'pipe' });
  run(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    '-subj',
    '/CN=authority',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
  );
  run(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=postgres',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  );
  writeFileSync(file('san'), 'subjectAltName=IP:127.0.0.1');
  run(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '1',
    '-extfile',
    'san',
    '-out',
    'server.crt',
  );
  return { ca: file('ca.crt'), certificate: file('server.crt'), key: file('server.key') };
}

/** Lets a running Postgres take nothing but TLS, as the cluster's do. */
export async function demandTls(url: string, files: { certificate: string; key: string }): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ data: string; hba: string }>(
      `SELECT current_setting('data_directory') AS data, current_setting('hba_file') AS hba`,
    );
    const [{ data, hba } = { data: '', hba: '' }] = rows;
    const { uid, gid } = statSync(data);
    for (const [from, name] of [
      [files.certificate, 'server.crt'],
      [files.key, 'server.key'],
    ] as const) {
      copyFileSync(from, join(data, name));
      chownSync(join(data, name), uid, gid);
      execFileSync('chmod', ['0600', join(data, name)]);
    }
    writeFileSync(hba, `hostnossl all all all reject\n${readFileSync(hba, 'utf8')}`);
    await client.query('ALTER SYSTEM SET ssl = on');
    await client.query('SELECT pg_reload_conf()');
  } finally {
    await client.end();
  }
}
