import { readConfig, setting } from '@murmuration/config';
import { parseSigningKey } from './delivery/sign.ts';
import { parseGivenTokens } from './tokens/given.ts';

/** All settings of the process, read once; registry/README.md explains each. */
export function readRegistryConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readConfig(
    {
      HOST: setting.host(),
      PORT: setting.port(4200),
      METRICS_PORT: setting.port(0),
      LOG_LEVEL: setting.logLevel(),
      REGISTRY_DATABASE_URL: setting.postgresUrl(),
      REGISTRY_DATABASE_POOL: setting.integer(8, 1),
      /** An Ed25519 private key as JWK; without one supergraphs are not signed. */
      REGISTRY_SIGNING_KEY: setting.parsed(parseSigningKey).optional(),
      /** `name:graph:kind+kind:sha256`, with commas between several: tokens beside those of the database. */
      REGISTRY_TOKENS: setting.parsed(parseGivenTokens).default([]),
      /** Whether pages can be read by whoever reaches the server. For a laptop. */
      REGISTRY_OPEN_PAGES: setting.boolean(false),

      REGISTRY_BODY_BYTES: setting.integer(16 * 1024 * 1024, 1),
      /** Of one subgraph. */
      REGISTRY_SDL_BYTES: setting.integer(5_000_000, 1),
      REGISTRY_TOKEN_CACHE_MS: setting.integer(5_000),
      REGISTRY_HEAD_CACHE_MS: setting.integer(500),

      CHECK_TIMEOUT_MS: setting.integer(90_000, 1),
      /** Until one begins; with the time above less than what the command line waits for. */
      CHECK_WAIT_MS: setting.integer(25_000, 1),
      CHECK_MAX_WAITING: setting.integer(20, 1),
      /** Of one graph, so that others have room. */
      CHECK_MAX_WAITING_OF_GRAPH: setting.integer(10, 1),
      CHECK_MAX_HEAP_MIB: setting.integer(1_500, 64),

      USAGE_BODY_BYTES: setting.integer(2 * 1024 * 1024, 1),
      /** Of one token. */
      USAGE_REPORTS_PER_SECOND: setting.integer(20, 1),
      USAGE_MAX_OPERATIONS: setting.integer(20_000, 1),
      USAGE_MAX_DOCUMENT_BYTES: setting.integer(32 * 1024 * 1024, 1),
      USAGE_MAX_CLIENTS: setting.integer(1_000, 1),
      USAGE_MAX_GATEWAYS: setting.integer(1_000, 1),
      USAGE_KEEP_DAYS: setting.integer(90, 1),
      CHECKS_KEEP_DAYS: setting.integer(30, 1),
      /** Of one graph; of more, the oldest go. */
      CHECKS_KEEP_MOST: setting.integer(2_000, 1),
      DRAIN_DELAY_MS: setting.integer(0),
    },
    environment,
  );
}

export type RegistryConfig = ReturnType<typeof readRegistryConfig>;
