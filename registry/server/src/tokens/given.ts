import { type TokenKind, tokenKinds } from './permissions.ts';

/** A token that stands in the settings, as its hash: for what starts before anybody can make one. */
export interface GivenToken {
  name: string;
  graph: string;
  kinds: TokenKind[];
  /** SHA-256 of the secret, hexadecimal. */
  hash: string;
}

/**
 * Parses `name:graph:kind+kind:sha256[,…]`.
 * @throws Error
 */
export function parseGivenTokens(text: string): GivenToken[] {
  return text.split(',').map((part, index) => {
    const [name = '', graph = '', kinds = '', hash = '', more] = part.trim().split(':');
    const read = kinds.split('+');
    if (!name || !graph || more !== undefined || !/^[0-9a-f]{64}$/.test(hash) || !read.every(isKind))
      throw new Error(
        `token ${index + 1} must be name:graph:kinds:sha256, the kinds of ${tokenKinds.join(', ')} with + between them`,
      );
    return { name, graph, kinds: read.filter(isKind), hash };
  });
}

export function isKind(text: string): text is TokenKind {
  return tokenKinds.some((kind) => kind === text);
}
