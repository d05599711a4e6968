/** A key that signs calls between services; several are active while one is being replaced. */
export interface InternalKey {
  id: string;
  secret: Buffer;
}

const shortestSecretBytes = 32;

/**
 * Parses `id:base64[,id:base64…]`. The first key signs, all of them verify.
 * @throws Error without quoting any secret
 */
export function parseInternalKeys(text: string): [InternalKey, ...InternalKey[]] {
  const keys = text.split(',').map((part): InternalKey => {
    const [id, secret, ...rest] = part.trim().split(':');
    if (!id || !secret || rest.length > 0 || !/^[A-Za-z0-9_-]{1,32}$/.test(id)) {
      throw new Error('expected id:base64[,id:base64…]');
    }
    const bytes = Buffer.from(secret, 'base64');
    if (bytes.length < shortestSecretBytes) {
      throw new Error(`key "${id}" is shorter than ${shortestSecretBytes} bytes`);
    }
    return { id, secret: bytes };
  });
  const [first, ...others] = keys;
  if (!first) throw new Error('expected at least one key');
  if (new Set(keys.map((key) => key.id)).size < keys.length) throw new Error('two keys have one id');
  return [first, ...others];
}
