import { z } from 'zod';
import type { Addresses } from '../addresses/addresses.ts';

/** Whoever forgot their password, as they named themselves: in jobs nobody's address is to be read. */
export const forgottenName = z.union([
  z.object({
    /** Base64. */
    sealed: z.string(),
    /** Hexadecimal: by which an erasure finds it. */
    digest: z.string(),
  }),
  // As versions of before write and read it.
  z.object({ handleOrEmail: z.string() }),
]);

export type ForgottenName = z.infer<typeof forgottenName>;

/** Of nobody: whether there is such an account is found out by the job. */
const nobody = 0n;

/** Handles are sealed too: which of both it is costs the same, and tells nothing. */
export async function sealName(addresses: Addresses, handleOrEmail: string): Promise<ForgottenName> {
  if (addresses.isInClear) return { handleOrEmail };
  const { digests, emailSealed } = await addresses.seal(nobody, handleOrEmail.replace(/^@/, ''));
  return {
    sealed: Buffer.from(emailSealed).toString('base64'),
    digest: Buffer.from(digests[0].digest).toString('hex'),
  };
}

export async function openName(addresses: Addresses, name: ForgottenName): Promise<string> {
  if ('handleOrEmail' in name) return name.handleOrEmail;
  return addresses.open(nobody, { email: null, emailSealed: Buffer.from(name.sealed, 'base64') });
}
