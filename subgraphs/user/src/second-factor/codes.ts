import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';

export const codeLimits = {
  /** Seconds that a code is good. */
  periodSeconds: 30,
  /** Codes of so many periods before and after are taken as well: clocks differ. */
  window: 1,
  /** 160 bits, as RFC 4226 wants. */
  secretBytes: 20,
  recoveryCodes: 10,
  /** 80 bits: nobody finds one by trying hashes. */
  recoveryBytes: 10,
} as const;

/** What an app that makes codes is given, as text or as a picture of the address. */
export interface SharedSecret {
  /** Base 32. */
  secret: string;
  /** `otpauth://totp/…` */
  uri: string;
}

export function makeSecret(): Buffer {
  return randomBytes(codeLimits.secretBytes);
}

export function sharedSecretOf(secret: Buffer, handle: string): SharedSecret {
  const totp = totpOf(secret, handle);
  return { secret: totp.secret.base32, uri: totp.toString() };
}

/** The step of time that a code is of; null for one that is of none of those near `atMs`. */
export function stepOf(secret: Buffer, code: string, atMs = Date.now()): bigint | null {
  const delta = totpOf(secret, '').validate({ token: code, timestamp: atMs, window: codeLimits.window });
  return delta === null ? null : BigInt(Math.floor(atMs / 1_000 / codeLimits.periodSeconds) + delta);
}

function totpOf(secret: Buffer, label: string): TOTP {
  return new TOTP({
    issuer: 'Murmuration',
    label,
    // What every app knows, whatever it says that it knows.
    algorithm: 'SHA1',
    digits: 6,
    period: codeLimits.periodSeconds,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
  });
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** As people write them down: four groups of four. */
export function makeRecoveryCodes(): string[] {
  return Array.from({ length: codeLimits.recoveryCodes }, () => {
    let bits = BigInt(`0x${randomBytes(codeLimits.recoveryBytes).toString('hex')}`);
    let text = '';
    for (let place = 0; place < (codeLimits.recoveryBytes * 8) / 5; place++) {
      text += alphabet[Number(bits & 31n)];
      bits >>= 5n;
    }
    return (text.match(/.{4}/g) ?? []).join('-');
  });
}

/** What is kept of a recovery code. */
export function hashOf(code: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(`recovery ${code}`).digest());
}

/** What somebody typed: a code of their app, a recovery code as {@link hashOf} takes it, or neither. */
export function readCode(typed: string): { kind: 'totp' | 'recovery' | 'none'; code: string } {
  const code = typed.replaceAll(/[\s-]/g, '').toUpperCase();
  if (/^\d{6}$/.test(code)) return { kind: 'totp', code };
  if (!/^[A-Z2-7]{16}$/.test(code)) return { kind: 'none', code: '' };
  return { kind: 'recovery', code: (code.match(/.{4}/g) ?? []).join('-') };
}
