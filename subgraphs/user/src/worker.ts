import { createLogger, runProcess } from '@murmuration/service-kit';
import { readWorkerConfig } from './config.ts';
import { startWorker } from './jobs.ts';

const config = readWorkerConfig();
const logger = createLogger('user-worker', config.LOG_LEVEL);
await runProcess(logger, async (lifecycle) => {
  await startWorker(config, lifecycle, logger);
});
