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

/** Hive's configuration files, which choose the planner; `…Alone` is without single flight. */
export function writePeerConfigs(supergraph: string) {
  const common = `supergraph: ${JSON.stringify(supergraph)}, logging: 'error', graphiql: false, landingPage: false`;
  const rust = "import { unifiedGraphHandler } from '@graphql-hive/router-runtime';";
  const notShared = "transportEntries: { '*': { options: { deduplicateInflightRequests: false } } }";
  return {
    jit: writeConfig('jit', '', `${common}, jit: true`),
    jitAlone: writeConfig('jit-alone', '', `${common}, jit: true, ${notShared}`),
    rust: writeConfig('rust', rust, `${common}, unifiedGraphHandler`),
    rustAlone: writeConfig('rust-alone', rust, `${common}, unifiedGraphHandler, ${notShared}`),
  };
}

function writeConfig(name: string, imports: string, settings: string): string {
  const file = join(peersFolder, `${name}.config.mjs`);
  writeFileSync(
    file,
    `import { defineConfig } from '@graphql-hive/gateway';
${imports}
export const gatewayConfig = defineConfig({ ${settings} });
`,
  );
  return file;
}
