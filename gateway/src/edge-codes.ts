import { errorCodes } from '@murmuration/service-kit';

/**
 * Codes a client may meet at the edge: the graph's own, and the two by which a client of automatic persisted
 * queries knows that it must send the text.
 */
export const edgeCodes = {
  ...errorCodes,
  persistedQueryNotFound: 'PERSISTED_QUERY_NOT_FOUND',
  persistedQueryNotSupported: 'PERSISTED_QUERY_NOT_SUPPORTED',
} as const;

export type EdgeCode = (typeof edgeCodes)[keyof typeof edgeCodes];
