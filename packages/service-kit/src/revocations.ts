/**
 * How `user` tells gateways which sessions have ended: a Redis channel for speed, whose messages are JSON
 * arrays of wire session ids, and a signed endpoint that answers `{ sessions: string[] }` for certainty.
 */
export const revocationChannel = 'sessions:revoked';
export const revocationsPath = '/internal/revocations';
