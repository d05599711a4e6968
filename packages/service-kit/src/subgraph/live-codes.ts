/** Codes with which a live socket is closed, beside those of the protocol (4400, 4401, 4408, 4409, 4429). */
export const liveCloseCodes = {
  restart: { code: 1012, reason: 'Restarting' },
  endOfLife: { code: 4410, reason: 'End of life: connect again and resume' },
  tooManySubscriptions: { code: 4413, reason: 'Too many subscriptions' },
  slowConsumer: { code: 4414, reason: 'Slow consumer' },
} as const;

export type LiveClose = (typeof liveCloseCodes)[keyof typeof liveCloseCodes];

/** Thrown by a stream whose reader does not keep up: the whole socket is closed by this name. */
export class SlowConsumer extends Error {
  override readonly name = 'SlowConsumer';
}

/** What a socket's context carries beside the protocol's own. */
export interface LiveExtra {
  close(by: LiveClose): void;
}
