import type { InternalKey } from '@murmuration/config';
import { envelopeHeader, signEnvelope, watchKey } from '@murmuration/service-kit';
import type { EdgeContext } from '../operation/context.ts';

/** What is signed besides the bytes: the receiver and the exact request. */
export interface SignedRequest {
  subgraph: string;
  method: 'POST' | 'GET' | 'SUBSCRIBE';
  path: string;
  body: string;
  context: Pick<EdgeContext, 'identity' | 'requestId' | 'position'> & {
    eventAudience?: string | undefined;
  };
  /** The client's. Said of mutations alone: equal reads of several clients share one fetch. */
  address?: string | undefined;
  /** The client's too, and as seldom. */
  agent?: string | undefined;
}

/** Makes the envelope of a request to a subgraph; undefined when the gateway has no key to sign with. */
export type Sign = (request: SignedRequest) => string | undefined;

export { envelopeHeader };

/** Subgraphs that are not of this family need no envelope: without keys nothing is signed. */
export function createSign(keys: readonly InternalKey[] | undefined): Sign {
  const key = keys?.[0];
  if (!key) return () => undefined;
  watchKey('internal', key);
  return ({ subgraph, method, path, body, context, address, agent }) =>
    signEnvelope(
      key,
      {
        audience: subgraph,
        method,
        path,
        requestId: context.requestId,
        identity: context.identity,
        position: context.position,
        eventAudience: context.eventAudience,
        clientAddress: address,
        clientAgent: agent,
      },
      body,
    );
}
