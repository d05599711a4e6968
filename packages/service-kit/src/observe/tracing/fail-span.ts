import type { Span } from '@opentelemetry/api';
import { api } from './api.ts';

/** Notes in a span that its work failed, and how. */
export function failSpan(span: Span, error: unknown): void {
  span.setStatus({ code: api().SpanStatusCode.ERROR });
  span.recordException(error instanceof Error ? error : String(error));
}
