import { readConfig, setting } from '@murmuration/config';
import { z } from 'zod';
import { parseSigningKeys } from './sessions/keys.ts';

export type Config = ReturnType<typeof readUserConfig>;

/** Every setting of this process. */
export function readUserConfig(environment: NodeJS.ProcessEnv = process.env) {
  return readConfig(
    {
      HOST: setting.host(),
      PORT: setting.port(4101),
      METRICS_PORT: setting.port(0),
      USER_DATABASE_URL: setting.postgresUrl(),
      USER_DATABASE_POOL: setting.integer(10, 1),
      REDIS_URL: setting.redisUrl(),
      INTERNAL_KEYS: setting.internalKeys(),
      JWT_SIGNING_KEYS: z.string().transform((text, context) => {
        try {
          return parseSigningKeys(text);
        } catch (error) {
          context.addIssue({ code: 'custom', message: (error as Error).message });
          return z.NEVER;
        }
      }),
      REFRESH_TOKEN_SECRET: setting.secretList(),
      LOG_LEVEL: setting.logLevel(),
      /** How long a stopping process still serves, so that load balancers notice and connections end. */
      DRAIN_DELAY_MS: setting.integer(0),
    },
    environment,
  );
}
