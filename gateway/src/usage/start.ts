import { randomBytes } from 'node:crypto';
import type { Lifecycle, Logger } from '@murmuration/service-kit';
import type { GatewayConfig } from '../config.ts';
import { createUsageReporter, type UsageReporter } from './reporter.ts';
import { createSend } from './send.ts';

/** The reporter that the settings ask for, if they do. */
export function usageReporterOf(
  config: GatewayConfig,
  options: { supergraph(): string; logger: Logger; lifecycle: Lifecycle },
): UsageReporter | undefined {
  if (config.USAGE_URL === undefined) return undefined;
  const reporter = createUsageReporter({
    send: createSend(config.USAGE_URL, config.USAGE_TOKEN),
    name: config.GATEWAY_NAME ?? `gateway-${randomBytes(4).toString('hex')}`,
    reportMs: config.USAGE_REPORT_MS,
    supergraph: options.supergraph,
    logger: options.logger,
  });
  options.lifecycle.onStop('usage', () => reporter.stop());
  return reporter;
}
