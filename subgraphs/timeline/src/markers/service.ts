import { idAt, type SealedCursorCodec } from '@murmuration/ids';
import { validationError } from '@murmuration/service-kit';
import type { Sql } from '../database/pool.ts';
import { type Marker, type MarkerName, moveMarker, readMarkers } from './marker.ts';

/** Clocks of servers differ by less. */
const aheadMs = 60_000;

export interface MarkerService {
  all(viewerId: bigint): Promise<Marker[]>;
  /** @throws UserErrors `ValidationError` for a cursor that no edge of that timeline has */
  move(viewerId: bigint, name: MarkerName, through: string): Promise<Marker>;
  cursorOf(marker: Marker): string;
  /** The place of the newest entry of the home timeline that was seen; null while none was. */
  homePlace(viewerId: bigint): Promise<bigint | null>;
}

export function createMarkerService(options: {
  sql: Sql;
  cursors: Readonly<Record<MarkerName, SealedCursorCodec>>;
  /** The place of the newest notification of all. */
  newestNotification: () => Promise<bigint>;
}): MarkerService {
  const { sql, cursors, newestNotification } = options;

  /** What is not there yet cannot have been seen: a place beyond would hide what is to come. */
  async function newest(name: MarkerName): Promise<bigint> {
    return name === 'home' ? idAt(Date.now() + aheadMs) : newestNotification();
  }

  function placeOf(name: MarkerName, through: string): bigint {
    try {
      return cursors[name].decode('through', through);
    } catch {
      throw validationError('through', 'This is not the cursor of an edge of that timeline.');
    }
  }

  return {
    all: (viewerId) => readMarkers(sql, viewerId),
    cursorOf: ({ name, place }) => cursors[name].encode(place),
    async move(viewerId, name, through) {
      const place = placeOf(name, through);
      const most = await newest(name);
      return moveMarker(sql, viewerId, name, place < most ? place : most);
    },
    async homePlace(viewerId) {
      const markers = await readMarkers(sql, viewerId);
      return markers.find(({ name }) => name === 'home')?.place ?? null;
    },
  };
}
