import { errorCodes } from '@murmuration/service-kit';
import { errorCode } from '../execution/errors.ts';

/**
 * Codes a client may meet at the edge: the graph's own, the two by which a client of automatic persisted
 * queries knows that it must send the text, that of what no plan could be made for, and that of a subscription that ends
 * before an event.
 */
export const edgeCodes = {
  ...errorCodes,
  persistedQueryNotFound: 'PERSISTED_QUERY_NOT_FOUND',
  persistedQueryNotSupported: 'PERSISTED_QUERY_NOT_SUPPORTED',
  notPlannable: errorCode.notPlannable,
  eventIncomplete: 'EVENT_INCOMPLETE',
} as const;

export type EdgeCode = (typeof edgeCodes)[keyof typeof edgeCodes];
