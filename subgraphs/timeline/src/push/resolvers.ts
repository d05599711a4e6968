import { payloadOf } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Context } from '../context.ts';
import type { PushContent as Name, PushDeviceKind, Resolvers } from '../generated/resolvers.ts';
import { inSchema } from '../user-errors.ts';
import type { PushProviderName } from './port.ts';
import { timeOfDay } from './quiet-hours.ts';
import type { Device, PushService, PushState } from './service.ts';
import type { PushContent } from './settings.ts';

const kindNames = { web: 'WEB', apns: 'APNS', fcm: 'FCM' } as const satisfies Record<
  PushProviderName,
  PushDeviceKind
>;

const contents = { kind: 'KIND', full: 'FULL' } as const satisfies Record<PushContent, Name>;

export const pushResolvers = {
  Viewer: {
    push: ({ viewerId }, _args, { services, sessionId }) => services.push.state({ viewerId, sessionId }),
  },
  PushSettings: {
    serverKey: (_state, _args, { services }) => services.push.serverKey,
    kinds: (_state, _args, { services }) => services.push.kinds.map((kind) => kindNames[kind]),
    isRegistered: ({ sessionId }, _args, { services }) => services.push.isRegistered(sessionId),
    content: ({ content }) => contents[content],
  },
  QuietHours: {
    from: ({ fromMinute }) => timeOfDay(fromMinute),
    to: ({ toMinute }) => timeOfDay(toMinute),
  },
  Mutation: {
    registerWebPush: (_root, { input }, context) =>
      mutate(context, (push, device) => push.registerWeb(device, input)),
    registerPushDevice: (_root, { input: { kind, token } }, context) =>
      mutate(context, (push, device) =>
        push.registerDevice(device, { kind: kind.toLowerCase() as PushProviderName, token }),
      ),
    unregisterPush: (_root, _args, context) => mutate(context, (push, device) => push.unregister(device)),
    updatePushSettings: (_root, { input: { content, quietHours } }, context) =>
      mutate(context, (push, device) =>
        push.update(device, {
          content: content ? (content.toLowerCase() as PushContent) : undefined,
          quietHours,
        }),
      ),
  },
} satisfies Resolvers;

async function mutate(context: Context, run: (push: PushService, device: Device) => Promise<PushState>) {
  const device = { viewerId: requireViewer(context), sessionId: context.sessionId };
  const payload = await payloadOf(async () => ({ push: await run(context.services.push, device) }));
  return { ...payload, errors: payload.errors.map(inSchema) };
}
