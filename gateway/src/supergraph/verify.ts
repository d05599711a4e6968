import { hash } from 'node:crypto';
import { compactVerify, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

const signed = z.object({
  graph: z.string(),
  version: z.number(),
  contract: z.string().optional(),
  sha256: z.string(),
});

/** What a registry says of a text of its. */
export interface Claims {
  readonly graph: string;
  /** Counts up; a rollback has a new one. */
  readonly version: number;
  /** Undefined for the whole graph. */
  readonly contract?: string | undefined;
}

/** What a registry signs, and how it says so. */
export interface SignedKind {
  /** For messages. */
  readonly name: string;
  /** The type of the signature. */
  readonly typ: string;
  readonly signatureHeader: string;
  readonly versionHeader: string;
}

export const signedSupergraph: SignedKind = {
  name: 'the supergraph',
  typ: 'supergraph+jws',
  signatureHeader: 'supergraph-signature',
  versionHeader: 'supergraph-version',
};

export const signedTrustedDocuments: SignedKind = {
  name: 'the list of trusted documents',
  typ: 'trusted-documents+jws',
  signatureHeader: 'trusted-documents-signature',
  versionHeader: 'trusted-documents-version',
};

/**
 * Holds that a text is what a registry signed: a compact JWS of its kind's type over the SHA-256 of the text. Answers what else it
 * signed.
 * @throws Error
 */
export async function verifySigned(
  text: string,
  signature: string | undefined,
  { keys, kind }: { keys: JWTVerifyGetKey; kind: SignedKind },
): Promise<Claims> {
  if (signature === undefined) throw new Error(`${kind.name} is not signed`);
  const { payload, protectedHeader } = await compactVerify(signature, keys, {
    algorithms: ['EdDSA', 'Ed25519'],
  });
  if (protectedHeader.typ !== kind.typ) throw new Error('the signature is one of something else');
  const { sha256, ...claims } = signed.parse(JSON.parse(new TextDecoder().decode(payload)));
  if (sha256 !== hash('sha256', text, 'hex')) throw new Error('the signature is of another text');
  return claims;
}
