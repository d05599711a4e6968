import type { InternalKey } from '@murmuration/config';
import { Pool } from 'undici';
import { envelopeHeader, signEnvelope } from '../envelope/envelope.ts';
import type { Identity } from '../identity.ts';
import { internalCallDuration } from '../observe/metrics.ts';

export const internalClientLimits = {
  connections: 8,
  timeoutMs: 2_000,
  answerBytes: 16 * 1024 * 1024,
} as const;

export interface InternalClient {
  /**
   * Sends a signed request to another service and returns its JSON.
   * @throws Error when it does not answer in time or answers anything but 2xx; `status` holds the answer's
   */
  call<Answer>(request: InternalRequest): Promise<Answer>;
  close(): Promise<void>;
}

export interface InternalRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  /** In whose name; left out, in the calling service's own. */
  identity?: Identity;
  requestId?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export class InternalCallError extends Error {
  override readonly name = 'InternalCallError';
  readonly status: number;
  readonly answer: string;

  constructor(service: string, request: InternalRequest, status: number, answer: string) {
    super(`${service} answered ${status} to ${request.method} ${request.path}`);
    this.status = status;
    this.answer = answer;
  }
}

/** A client of one service's signed endpoints, signing as `self`. */
export function createInternalClient(options: {
  self: string;
  service: string;
  url: string;
  keys: readonly [InternalKey, ...InternalKey[]];
  connections?: number;
  /** How long each call may take that names no time of its own. */
  timeoutMs?: number;
}): InternalClient {
  const pool = new Pool(options.url, {
    connections: options.connections ?? internalClientLimits.connections,
  });
  return {
    async call<Answer>(request: InternalRequest): Promise<Answer> {
      const measured = internalCallDuration.startTimer({
        service: options.service,
        route: routeOf(request.path),
      });
      try {
        const answer = await send<Answer>(request);
        measured({ outcome: 'ok' });
        return answer;
      } catch (error) {
        measured({ outcome: error instanceof InternalCallError ? String(error.status) : 'unreachable' });
        throw error;
      }
    },
    close: () => pool.destroy(),
  };

  async function send<Answer>(request: InternalRequest): Promise<Answer> {
    const body = request.body === undefined ? '' : JSON.stringify(request.body);
    const { method, path } = request;
    const fields = {
      audience: options.service,
      method,
      path,
      requestId: request.requestId ?? 'internal',
      identity: request.identity ?? ({ kind: 'service', name: options.self } as const),
    };
    const timeout = AbortSignal.timeout(
      request.timeoutMs ?? options.timeoutMs ?? internalClientLimits.timeoutMs,
    );
    const answer = await pool.request({
      method,
      path,
      body: body || null,
      headers: {
        'content-type': 'application/json',
        [envelopeHeader]: signEnvelope(options.keys[0], fields, body),
      },
      signal: request.signal ? AbortSignal.any([request.signal, timeout]) : timeout,
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) {
      throw new InternalCallError(options.service, request, answer.statusCode, text);
    }
    return JSON.parse(text) as Answer;
  }
}

/** `/internal/<what>`: paths carry ids and cursors below that, which must not become labels. */
function routeOf(path: string): string {
  return path.split('?', 1)[0]?.split('/', 3).join('/') ?? '';
}
