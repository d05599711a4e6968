import { createLogger, runProcess } from '@murmuration/service-kit';
import { readUserConfig } from './config.ts';
import { startUser } from './server.ts';

const config = readUserConfig();
const logger = createLogger('user', config.LOG_LEVEL);
await runProcess(logger, async (lifecycle) => {
  await startUser(config, lifecycle, logger);
});
