import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const peersFolder = join(import.meta.dirname, '.data', 'peers');

const manifest = {
  name: 'peers',
  private: true,
  dependencies: {
    '@graphql-hive/gateway': '2.15.1',
    '@graphql-hive/router-runtime': '1.4.23',
    graphql: '16.15.0',
  },
  // The version that the peer's own dependency asks for is not in the registry.
  overrides: { '@graphql-tools/batch-execute': '10.2.0' },
};

/** Installs the peers into their own folder, once. Answers whether they are there. */
export function installPeers(): boolean {
  const cli = join(peersFolder, 'node_modules', '@graphql-hive', 'gateway', 'package.json');
  if (existsSync(cli)) return true;
  mkdirSync(peersFolder, { recursive: true });
  writeFileSync(join(peersFolder, 'package.json'), JSON.stringify(manifest));
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund'], { cwd: peersFolder, stdio: 'inherit' });
  } catch (error) {
    console.error(`The peers could not be installed, so they are left out: ${String(error)}`);
  }
  return existsSync(cli);
}

/** Hive's configuration files, which choose the planner. */
export function writePeerConfigs(supergraph: string): { jit: string; rust: string } {
  const jit = join(peersFolder, 'jit.config.mjs');
  const rust = join(peersFolder, 'rust.config.mjs');
  const common = `supergraph: ${JSON.stringify(supergraph)}, logging: 'error', graphiql: false, landingPage: false`;
  writeFileSync(
    jit,
    `import { defineConfig } from '@graphql-hive/gateway';\nexport const gatewayConfig = defineConfig({ ${common}, jit: true });\n`,
  );
  writeFileSync(
    rust,
    `import { defineConfig } from '@graphql-hive/gateway';
import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
export const gatewayConfig = defineConfig({ ${common}, unifiedGraphHandler });\n`,
  );
  return { jit, rust };
}
