/** A secret of a list; its id is for people, and says when it was made if it carries a date. */
export interface Secret {
  id: string | null;
  secret: Buffer;
}

const shortestSecretBytes = 32;

/**
 * Parses `[id:]base64[,[id:]base64…]`. The first makes what is new, all of them are accepted.
 * @throws Error without quoting any secret
 */
export function parseSecretList(text: string): [Secret, ...Secret[]] {
  const secrets = text.split(',').map((part, index): Secret => {
    const [, id = null, base64 = ''] = /^(?:([A-Za-z0-9_-]{1,32}):)?([^:]*)$/.exec(part.trim()) ?? [];
    const secret = Buffer.from(base64, 'base64');
    if (secret.length < shortestSecretBytes) {
      throw new Error(`secret ${index + 1} must be at least ${shortestSecretBytes} bytes in base64`);
    }
    return { id, secret };
  });
  const [first, ...others] = secrets;
  if (!first) throw new Error('expected at least one secret');
  return [first, ...others];
}
