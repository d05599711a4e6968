import { edgeCodes } from '../edge-codes.ts';
import { isRecord } from '../read-request.ts';
import { refusal } from '../refusal.ts';
import type { OperationRequest } from '../types.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import { hashOf, isHash } from './hash.ts';
import type { PersistedTexts } from './persisted.ts';
import type { TrustedDocuments } from './trusted.ts';

/** A document that is not known yet, by the hash of its text. */
export interface NewDocument {
  readonly hash: string;
  readonly text: string;
  /** The client wants it kept, to name it by its hash from now on. */
  readonly isToBeKept: boolean;
}

export type FindDocument = (
  request: OperationRequest,
  entries: Entries,
) => Entry | NewDocument | Promise<Entry | NewDocument>;

/**
 * From what a client sent to the document it means: a text, the hash of one, or the id of a trusted one. Whatever
 * the way, one that is not trusted is refused here where only trusted ones may run. At once where it is known.
 */
export function createFindDocument(options: {
  trusted: TrustedDocuments;
  /** Undefined where automatic persisted queries are off. */
  persisted: PersistedTexts | undefined;
}): FindDocument {
  const { trusted, persisted } = options;

  function byText(text: string, entries: Entries, given: string | undefined): Entry | NewDocument {
    const known = entries.byText(text);
    const hash = known?.hash ?? hashOf(text);
    if (given !== undefined && given !== hash) {
      throw refusal('The hash is not that of the text.', edgeCodes.badUserInput, 400);
    }
    // Also what is known: it may have been retired.
    if (!trusted.allows(hash)) throw untrusted();
    if (known) return known;
    return { hash, text, isToBeKept: given !== undefined };
  }

  async function byHash(hash: string, entries: Entries): Promise<Entry | NewDocument> {
    const text = trusted.textOf(hash) ?? entries.sleeping(hash)?.text ?? (await persisted?.find(hash));
    if (text !== undefined) return byText(text, entries, undefined);
    if (persisted) throw refusal('PersistedQueryNotFound', edgeCodes.persistedQueryNotFound, 200);
    throw refusal('PersistedQueryNotSupported', edgeCodes.persistedQueryNotSupported, 200);
  }

  return ({ query, documentId, extensions }, entries) => {
    const given = hashIn(extensions);
    if (query !== undefined) return byText(query, entries, persisted ? given : undefined);
    if (given !== undefined) {
      const known = entries.byHash(given);
      return known && trusted.allows(given) ? known : byHash(given, entries);
    }
    const text = trusted.textOf(documentId ?? '');
    if (text === undefined) throw refusal('No trusted document has this id.', edgeCodes.badUserInput, 400);
    return byText(text, entries, undefined);
  };
}

function hashIn(extensions: OperationRequest['extensions']): string | undefined {
  const said = extensions?.persistedQuery;
  if (said === undefined || said === null) return undefined;
  if (isRecord(said) && said.version === 1 && isHash(said.sha256Hash)) return said.sha256Hash;
  throw refusal('A persisted query has version 1 and a SHA-256 in hex.', edgeCodes.badUserInput, 400);
}

function untrusted() {
  return refusal('This graph runs trusted documents only.', edgeCodes.forbidden, 403);
}
