import { requireViewer } from '@murmuration/service-kit/subgraph';
import type { Context } from '../context.ts';
import type { CursoredNotification } from './hub.ts';

export const notificationLiveResolvers = {
  Subscription: {
    notificationReceived: {
      subscribe: (_root: unknown, { after }: { after?: string | null }, context: Context) =>
        context.services.notificationStreams(requireViewer(context), after ?? null),
      resolve: (event: CursoredNotification) => event,
    },
  },
};
