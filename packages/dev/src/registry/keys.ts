import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Settings } from '../stack/environment.ts';

/** The graph that this workspace is. */
export const graphName = 'murmuration';

export interface RegistryKeys {
  /** Opens everything of the graph. */
  adminToken: string;
  /** For the gateway: reads and reports. */
  gatewayToken: string;
  /** Ed25519 private key as JWK, in JSON. */
  signingKey: string;
}

/** The registry's keys of this state folder, made at its first start and readable by their owner only. */
export function openRegistryKeys(stateFolder: string): RegistryKeys {
  const file = path.join(stateFolder, 'registry.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as RegistryKeys;
  const token = () => `mrt_${randomBytes(32).toString('base64url')}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  const kid = randomBytes(4).toString('hex');
  const keys: RegistryKeys = {
    adminToken: token(),
    gatewayToken: token(),
    signingKey: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid, alg: 'EdDSA' }),
  };
  writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}

/** What the server is told of them: hashes. */
export function serverSettings({ adminToken, gatewayToken, signingKey }: RegistryKeys): Settings {
  const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');
  return {
    REGISTRY_SIGNING_KEY: signingKey,
    REGISTRY_TOKENS: [
      `laptop:${graphName}:admin:${hashOf(adminToken)}`,
      `gateway:${graphName}:read+report:${hashOf(gatewayToken)}`,
    ].join(','),
    REGISTRY_OPEN_PAGES: 'true',
  };
}

/** What the gateway is told: where the supergraph is, whose signature it has, where usage goes. */
export function gatewaySettings(
  keys: RegistryKeys,
  { name, supergraphFile, url }: { name: string; url: string; supergraphFile: string },
): Settings {
  const { d: _, ...publicKey } = JSON.parse(keys.signingKey) as Record<string, unknown>;
  const base = `${url}/v1/graphs/${graphName}`;
  return {
    SUPERGRAPH_FILE: '',
    SUPERGRAPH_URL: `${base}/supergraph`,
    SUPERGRAPH_TOKEN: keys.gatewayToken,
    SUPERGRAPH_KEYS: JSON.stringify({ keys: [publicKey] }),
    // Composed here at each start: the gateway starts whatever becomes of the registry.
    SUPERGRAPH_LAST_GOOD_FILE: supergraphFile,
    USAGE_URL: `${base}/usage`,
    USAGE_TOKEN: keys.gatewayToken,
    USAGE_REPORT_MS: '2000',
    GATEWAY_NAME: name,
  };
}
