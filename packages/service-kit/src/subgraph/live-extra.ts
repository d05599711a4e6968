import type { LiveClose } from './live-codes.ts';
import type { LiveFrames } from './live-frames.ts';

/** What a socket's context carries beside the protocol's own. */
export interface LiveExtra {
  close(by: LiveClose): void;
  /** Where events go that several streams are told alike. */
  readonly frames: LiveFrames;
}
