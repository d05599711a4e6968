import { createLogger, runProcess } from '@murmuration/service-kit';
import { readPostConfig } from './config.ts';
import { startPost } from './server.ts';

const config = readPostConfig();
const logger = createLogger('post', config.LOG_LEVEL);
await runProcess(logger, async (lifecycle) => {
  await startPost(config, lifecycle, logger);
});
