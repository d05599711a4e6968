import { hash } from 'node:crypto';
import { compactVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

const signed = z.object({
  graph: z.string(),
  version: z.number(),
  contract: z.string().optional(),
  sha256: z.string(),
});

/** What a registry says of a supergraph of its. */
export interface Claims {
  readonly graph: string;
  /** Counts up; a rollback has a new one. */
  readonly version: number;
  /** Undefined for the whole graph. */
  readonly contract?: string | undefined;
}

/** The header that carries it. */
export const signatureHeader = 'supergraph-signature';

/**
 * Holds that a supergraph is what a registry signed: a compact JWS of type `supergraph+jws` over the SHA-256 of the text. Answers
 * what else it signed.
 * @throws Error
 */
export async function verifySupergraph(
  sdl: string,
  signature: string | undefined,
  keys: JWTVerifyGetKey,
): Promise<Claims> {
  if (signature === undefined) throw new Error('the supergraph is not signed');
  const { payload, protectedHeader } = await compactVerify(signature, keys, {
    algorithms: ['EdDSA', 'Ed25519'],
  });
  if (protectedHeader.typ !== 'supergraph+jws') throw new Error('the signature is one of something else');
  const { sha256, ...claims } = signed.parse(JSON.parse(new TextDecoder().decode(payload)));
  if (sha256 !== hash('sha256', sdl, 'hex')) throw new Error('the signature is of another supergraph');
  return claims;
}
