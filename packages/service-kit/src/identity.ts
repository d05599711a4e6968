/**
 * Who a request is for. The gateway proves it once and passes it on inside a signed envelope; `subject` and
 * `session` are the access token's claims, as they stand on the wire, and so are the scopes where it has any.
 */
export type Identity =
  | { kind: 'anonymous' }
  | { kind: 'viewer'; subject: string; session: string; scopes?: readonly string[] }
  | { kind: 'service'; name: string };

export const anonymous: Identity = { kind: 'anonymous' };
