import type { Sealer } from '@murmuration/service-kit';
import { unauthenticated, validationError } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import { type PushHosts, readSubscription, type WebSubscription, type WebTarget } from './address.ts';
import { isRegistered, registerEndpoint, removeEndpoint } from './endpoints.ts';
import { isApnsToken } from './apns.ts';
import { isFcmToken } from './fcm.ts';
import type { AppProviderName, PushProviderName } from './port.ts';
import { readQuietHours } from './quiet-hours.ts';
import type { ServerKey } from './server-key.ts';
import { type PushContent, type PushSetting, readPushSetting, writePushSetting } from './settings.ts';

/** How a viewer is told on their devices. */
export interface PushState extends PushSetting {
  /** Who asks; null where that is nobody's session. */
  sessionId: bigint | null;
}

/** Who asks: a person, at one of their devices. */
export interface Device {
  viewerId: bigint;
  sessionId: bigint | null;
}

export interface PushService {
  state(device: Device): Promise<PushState>;
  isRegistered(sessionId: bigint | null): Promise<boolean>;
  /** What browsers are to subscribe with. */
  serverKey: string;
  /** @throws UserErrors `ValidationError` for what no browser gives, and for a key that is not this place's */
  registerWeb(device: Device, subscription: WebSubscription & { serverKey: string }): Promise<PushState>;
  /** What devices this place brings messages to, browsers among them. */
  kinds: readonly PushProviderName[];
  /** @throws UserErrors `ValidationError` for what is brought nothing here, and for what is no name of a device there */
  registerDevice(device: Device, given: { kind: PushProviderName; token: string }): Promise<PushState>;
  unregister(device: Device): Promise<PushState>;
  /** What is left out stays as it is. @throws UserErrors `ValidationError` for what are no hours */
  update(
    device: Device,
    change: {
      content?: PushContent | undefined;
      quietHours?: { from: string; to: string; timeZone: string } | null | undefined;
    },
  ): Promise<PushState>;
}

const isTokenOf: Readonly<Record<AppProviderName, (token: string) => boolean>> = {
  apns: isApnsToken,
  fcm: isFcmToken,
};

export interface PushOptions {
  sealer: Sealer;
  keys: readonly [ServerKey, ...ServerKey[]];
  hosts: PushHosts;
  /** Who brings messages to apps from here. */
  apps: readonly AppProviderName[];
}

export function createPushService({
  apps,
  hosts,
  keys,
  sealer,
  sql,
}: PushOptions & { sql: Sql }): PushService {
  const stateOf = ({ sessionId }: Device, setting: PushSetting): PushState => ({ ...setting, sessionId });
  const read = async (device: Device) => stateOf(device, await readPushSetting(sql, device.viewerId));

  return {
    serverKey: keys[0].publicKey,
    state: read,
    isRegistered: async (sessionId) => sessionId !== null && isRegistered(sql, sessionId),

    async registerWeb(device, { serverKey, ...given }) {
      const subscription = readSubscription(given, hosts);
      const key = keys.find(({ publicKey }) => publicKey === serverKey);
      if (!key) throw validationError('serverKey', 'Subscribe with the key that is in use now.');
      const target: WebTarget = { ...subscription, keyId: key.id };
      await registerEndpoint(sql, sealer, {
        sessionId: sessionOf(device),
        viewerId: device.viewerId,
        provider: 'web',
        target: JSON.stringify(target),
        address: subscription.endpoint,
      });
      return read(device);
    },

    kinds: ['web', ...apps],

    async registerDevice(device, { kind, token }) {
      const app = apps.find((name) => name === kind);
      if (!app) throw validationError('kind', 'Devices of this kind are not registered so here.');
      if (!isTokenOf[app](token)) throw validationError('token', 'This is no name of such a device.');
      await registerEndpoint(sql, sealer, {
        sessionId: sessionOf(device),
        viewerId: device.viewerId,
        provider: app,
        target: token,
        address: `${app} ${token}`,
      });
      return read(device);
    },

    async unregister(device) {
      await removeEndpoint(sql, sessionOf(device));
      return read(device);
    },

    async update(device, { content, quietHours }) {
      const change: Partial<PushSetting> = {};
      if (content) change.content = content;
      if (quietHours !== undefined) change.quietHours = quietHours && readQuietHours(quietHours);
      return stateOf(device, await writePushSetting(sql, device.viewerId, change));
    },
  };
}

function sessionOf({ sessionId }: Device): bigint {
  if (sessionId === null) throw unauthenticated();
  return sessionId;
}
