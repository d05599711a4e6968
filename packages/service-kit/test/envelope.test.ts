import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createReplayGuard,
  type EnvelopeFields,
  envelopeWindowMs,
  signEnvelope,
  verifyEnvelope,
} from '../src/index.ts';

const key = { id: 'k1', secret: randomBytes(32) };
const other = { id: 'k2', secret: randomBytes(32) };
const fields: EnvelopeFields = {
  audience: 'post',
  method: 'POST',
  path: '/graphql',
  requestId: 'r1',
  identity: { kind: 'viewer', subject: 'usr_1', session: 'ses_1' },
};
const request = { audience: 'post', method: 'POST', path: '/graphql', body: '{"query":"{a}"}' };
const because = (header: string | undefined, changed: Partial<typeof request> = {}, keys = [key]) => {
  const result = verifyEnvelope(keys, header, { ...request, ...changed });
  return result.status === 'refused' ? result.because : result.status;
};

afterEach(() => void vi.useRealTimers());

describe('an envelope', () => {
  it('brings the identity through', () => {
    const result = verifyEnvelope([key], signEnvelope(key, fields, request.body), request);
    expect(result).toMatchObject({ status: 'verified', envelope: fields });
  });

  it('brings the client’s address and agent through, and does without', () => {
    const told = { ...fields, clientAddress: '2001:db8::1', clientAgent: 'app/1' };
    expect(verifyEnvelope([key], signEnvelope(key, told, request.body), request)).toMatchObject({
      envelope: { clientAddress: '2001:db8::1', clientAgent: 'app/1' },
    });
    const untold = verifyEnvelope([key], signEnvelope(key, fields, request.body), request);
    expect(untold).not.toHaveProperty('envelope.clientAddress');
  });

  it('is good for one receiver, method, path and body only', () => {
    const header = signEnvelope(key, fields, request.body);
    for (const changed of [
      { audience: 'user' },
      { method: 'GET' },
      { path: '/internal/x' },
      { body: '{}' },
    ]) {
      expect(because(header, changed)).toBe('mismatch');
    }
  });

  it('cannot be forged, nor its identity exchanged', () => {
    const [version, id, payload, mac] = signEnvelope(key, fields, request.body).split('.');
    const parsed = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
    const mallory = { ...parsed, identity: { kind: 'viewer', subject: 'usr_2', session: 'ses_1' } };
    const altered = Buffer.from(JSON.stringify(mallory)).toString('base64url');
    expect(because(`${version}.${id}.${altered}.${mac}`)).toBe('forged');
    expect(because(signEnvelope({ ...other, id: 'k1' }, fields, request.body))).toBe('forged');
    expect(because(signEnvelope(other, fields, request.body))).toBe('unknown-key');
    expect(because(undefined)).toBe('missing');
    expect(because('v1.k1.x')).toBe('malformed');
  });

  it('is refused outside its window', () => {
    vi.useFakeTimers();
    const header = signEnvelope(key, fields, request.body);
    vi.advanceTimersByTime(envelopeWindowMs + 1);
    expect(because(header)).toBe('expired');
  });

  it('of an older key is good while that key is active', () => {
    expect(because(signEnvelope(key, fields, request.body), {}, [other, key])).toBe('verified');
  });
});

describe('the replay guard', () => {
  it('admits an id once, and forgets it only after the window of its envelope', () => {
    vi.useFakeTimers();
    const guard = createReplayGuard(100);
    expect(guard.admit('a')).toBe(true);
    vi.advanceTimersByTime(150);
    expect(guard.admit('a')).toBe(false);
    vi.advanceTimersByTime(150);
    guard.admit('b');
    vi.advanceTimersByTime(150);
    expect(guard.admit('a')).toBe(true);
  });
});
