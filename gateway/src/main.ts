import './no-telemetry.ts';
import { createLogger, runProcess, serveMetrics } from '@murmuration/service-kit';
import { readGatewayConfig } from './config.ts';
import { startGateway } from './server.ts';

const config = readGatewayConfig();
const logger = createLogger('gateway', config.LOG_LEVEL);

await runProcess(logger, async (lifecycle) => {
  const metrics = await serveMetrics({ host: config.HOST, port: config.METRICS_PORT });
  lifecycle.onStop('metrics', metrics.close);
  const { url } = await startGateway(config, logger, lifecycle);
  logger.info({ url, metrics: metrics.url }, 'the gateway serves');
});
