import { createLogger, runProcess } from '@murmuration/service-kit';
import { readWorkerConfig } from './config.ts';
import { startWorkers } from './workers.ts';

const config = readWorkerConfig();
const logger = createLogger('timeline-worker', config.LOG_LEVEL);
await runProcess(logger, async (lifecycle) => {
  await startWorkers(config, lifecycle, logger);
});
