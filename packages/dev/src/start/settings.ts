import path from 'node:path';
import { readConfig, setting } from '@murmuration/config';
import { databaseNames } from '@murmuration/prisma';
import { z } from 'zod';
import { repositoryRoot } from '../repository.ts';
import { databaseSetting, type Settings } from '../stack/environment.ts';
import type { DatabaseUrls } from '../stack/stores.ts';
import type { Secrets } from '../state/secrets.ts';

/** Settings of the starter itself; everything else in the environment goes to the processes as it is. */
export function readStartSettings(environment: NodeJS.ProcessEnv = process.env) {
  const config = readConfig(
    {
      PORT: setting.port(4000),
      HOST: setting.host(),
      LOG_LEVEL: setting.logLevel(),
      REDIS_URL: setting.redisUrl().optional(),
      SMTP_URL: z.string().optional(),
      APP_URL: setting.httpUrl().optional(),
      REGISTRY_DATABASE_URL: setting.postgresUrl().optional(),
      MURMURATION_STATE: z.string().default(path.join(repositoryRoot, '.data')),
    },
    environment,
  );
  return {
    port: config.PORT,
    host: config.HOST,
    logLevel: config.LOG_LEVEL,
    redisUrl: config.REDIS_URL,
    smtpUrl: config.SMTP_URL,
    appUrl: config.APP_URL,
    stateFolder: path.resolve(config.MURMURATION_STATE),
    databaseUrls: readDatabaseUrls(environment),
    registryDatabaseUrl: config.REGISTRY_DATABASE_URL,
    secrets: readSecrets(environment),
  };
}

/** All databases are given or none is: half of a platform on another server is a mistake. */
function readDatabaseUrls(environment: NodeJS.ProcessEnv): DatabaseUrls | undefined {
  const names = databaseNames.map(databaseSetting);
  const missing = names.filter((name) => !environment[name]);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) {
    throw new Error(
      `Give a connection string for every database or for none. Missing: ${missing.join(', ')}.`,
    );
  }
  const entries = databaseNames.map((name) => [name, environment[databaseSetting(name)]]);
  return Object.fromEntries(entries) as DatabaseUrls;
}

function readSecrets(environment: NodeJS.ProcessEnv): Partial<Secrets> {
  const names = [
    'INTERNAL_KEYS',
    'JWT_SIGNING_KEYS',
    'REFRESH_TOKEN_SECRET',
    'DATA_KEYS',
    'EMAIL_INDEX_KEYS',
    'VAPID_KEYS',
  ] as const;
  const given: Settings = {};
  for (const name of names) {
    const value = environment[name];
    if (value) given[name] = value;
  }
  return given;
}
