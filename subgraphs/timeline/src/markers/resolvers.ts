import { payloadOf } from '@murmuration/service-kit';
import { requireViewer } from '@murmuration/service-kit/subgraph';
import { homeOf } from '../belonging/source.ts';
import type { MarkerName as Name, Resolvers } from '../generated/resolvers.ts';
import { inSchema } from '../user-errors.ts';
import type { MarkerName } from './marker.ts';

const names = { home: 'HOME', notifications: 'NOTIFICATIONS' } as const satisfies Record<MarkerName, Name>;

function nameOf(name: Name): MarkerName {
  return name === 'HOME' ? 'home' : 'notifications';
}

export const markerResolvers = {
  Viewer: {
    markers: ({ viewerId }, _args, { services }) => services.markers.all(viewerId),
    newPostCount: async ({ viewerId }, _args, { services }) => {
      const place = await services.markers.homePlace(viewerId);
      return place === null ? null : services.timelines.countAbove(homeOf(viewerId), place);
    },
  },
  Marker: {
    name: ({ name }) => names[name],
    cursor: (marker, _args, { services }) => services.markers.cursorOf(marker),
    movedAt: ({ movedAt }) => movedAt.toISOString(),
  },
  Mutation: {
    moveMarker: async (_root, { input }, context) => {
      const viewerId = requireViewer(context);
      const payload = await payloadOf(async () => ({
        marker: await context.services.markers.move(viewerId, nameOf(input.name), input.through),
      }));
      return { ...payload, errors: payload.errors.map(inSchema) };
    },
  },
} satisfies Resolvers;
