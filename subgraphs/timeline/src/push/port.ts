/** Who brings messages to devices. */
export const pushProviderNames = ['web', 'apns', 'fcm'] as const;

export type PushProviderName = (typeof pushProviderNames)[number];

/** Those of apps, which name their devices by a token. */
export type AppProviderName = Exclude<PushProviderName, 'web'>;

/** What is brought to one device. */
export interface PushMessage {
  /** At most 32 characters of base64url. One that waits gives way to the next of the same topic. */
  topic: string;
  /** JSON text. */
  text: string;
  /** How long it may wait for its device. */
  lifeMs: number;
}

/** What a provider said, or that it said nothing. */
export type PushOutcome =
  | { status: 'sent' }
  /** There is no such device any more. */
  | { status: 'gone' }
  /** Not this, and not later either; something else may be taken. */
  | { status: 'refused'; because: string }
  /** Nobody could tell, or it has too much to do. `afterMs`: what it asks for. */
  | { status: 'later'; because: string; afterMs: number | null };

/**
 * Brings messages to devices: the Web Push protocol, and whoever else has one. What names a device is the provider's own: it is
 * kept sealed, as the text that its registration made.
 */
export interface PushPort {
  /** Never rejects for what the provider answers, or does not; within the provider's own limit of time. */
  send(target: string, message: PushMessage, signal: AbortSignal): Promise<PushOutcome>;
  close(): Promise<void>;
}

/** Those that this place has; endpoints of others wait to be forgotten. */
export type PushProviders = Readonly<Partial<Record<PushProviderName, PushPort>>>;
