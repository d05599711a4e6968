import { ConfigError } from '@murmuration/config';

/** What an operator may set of passkeys; each has a setting in `config.ts`. */
export interface PasskeySettings {
  /** The domain that passkeys are for (WebAuthn's relying party). Another one, and none of before is good. */
  rpId: string;
  /** Where pages and apps may ask for them: `https://host[:port]` of the domain or below it, `android:apk-key-hash:…`. */
  origins: readonly string[];
  /** Passkeys of one person. */
  maxPasskeys: number;
}

/** Good for development only: to no page elsewhere a browser gives a passkey of `localhost`. */
export const passkeyDefaults: PasskeySettings = {
  rpId: 'localhost',
  origins: ['http://localhost:3000'],
  maxPasskeys: 20,
};

export const passkeyLimits = {
  /** How long somebody may take to answer. */
  challengeMs: 5 * 60_000,
  /** Of what a browser answers: ten times what it takes. */
  credentialCharacters: 16_384,
} as const;

/**
 * That every page among the origins is one that browsers give passkeys of the domain to, and is reached safely.
 * @throws ConfigError
 */
export function checkPasskeySettings({ origins, rpId }: Pick<PasskeySettings, 'origins' | 'rpId'>): void {
  const strange = origins.filter((origin) => !mayAsk(origin, rpId));
  if (strange.length === 0 && origins.length > 0) return;
  throw new ConfigError(
    `PASSKEY_ORIGINS: ${strange.join(', ') || 'nothing'} is not https://<PASSKEY_RP_ID or below>[:port], http://localhost[:port] for the domain localhost, or android:apk-key-hash:<hash>`,
  );
}

function mayAsk(origin: string, rpId: string): boolean {
  if (/^android:apk-key-hash:[\w-]{43}$/.test(origin)) return true;
  const url = URL.parse(origin);
  if (url?.origin !== origin) return false;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && url.hostname === 'localhost');
  return isSafe && (url.hostname === rpId || url.hostname.endsWith(`.${rpId}`));
}
