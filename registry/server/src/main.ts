import { createLogger, runProcess, serveMetrics } from '@murmuration/service-kit';
import { readRegistryConfig } from './config.ts';
import { startRegistry } from './server.ts';

const config = readRegistryConfig();
const logger = createLogger('registry', config.LOG_LEVEL);

await runProcess(logger, async (lifecycle) => {
  const metrics = await serveMetrics({ host: config.HOST, port: config.METRICS_PORT });
  lifecycle.onStop('metrics', metrics.close);
  const { url } = await startRegistry(config, logger, lifecycle);
  logger.info({ url, metrics: metrics.url }, 'the registry serves');
});
