import { type Logger, startChores } from '@murmuration/service-kit';
import type { Reads } from '../database/pool.ts';
import { type MovedMarker, readMovedMarkers } from '../markers/marker.ts';
import type { NotificationLimits } from '../notifications/limits.ts';

/**
 * Looks for markers that were moved, at whichever process, and tells of them; also more than once, for they have versions.
 * There is no message that could be lost: one small statement a moment serves all who listen at a process.
 */
export function watchMarkers(options: {
  reads: Reads;
  hasListeners: () => boolean;
  tell: (moved: MovedMarker) => void;
  limits: Pick<NotificationLimits, 'markerLookMs' | 'markerSlackMs' | 'markersAtOnce'>;
  logger: Logger;
}): { stop(): Promise<void> } {
  const { reads, hasListeners, tell, limits, logger } = options;
  let lookedAtMs = performance.now();

  async function look(): Promise<void> {
    const beganMs = performance.now();
    if (hasListeners()) {
      const withinMs = Math.ceil(beganMs - lookedAtMs) + limits.markerSlackMs;
      for await (const moved of readMovedMarkers(reads, withinMs, limits.markersAtOnce)) tell(moved);
    }
    lookedAtMs = beganMs;
  }

  return startChores([{ name: 'moved markers', everyMs: limits.markerLookMs, run: look }], logger);
}
