import { readConfig, setting } from '@murmuration/config';
import { clientPoolDefaults } from '@murmuration/prisma';

/** The settings of this process. */
export const readPostConfig = (environment?: NodeJS.ProcessEnv) =>
  readConfig(
    {
      PORT: setting.port(4102),
      HOST: setting.host(),
      METRICS_PORT: setting.port(0),
      POST_DATABASE_URL: setting.postgresUrl(),
      POST_DATABASE_POOL: setting.integer(clientPoolDefaults.poolSize, 1),
      REDIS_URL: setting.redisUrl(),
      INTERNAL_KEYS: setting.internalKeys(),
      USER_URL: setting.httpUrl(),
      LOG_LEVEL: setting.logLevel(),
      /** How long a stopping process still serves, so that load balancers notice and connections end. */
      DRAIN_DELAY_MS: setting.integer(0),
    },
    environment,
  );

export type PostConfig = ReturnType<typeof readPostConfig>;
