import { createLogger, runProcess } from '@murmuration/service-kit';
import { readTimelineConfig } from './config.ts';
import { startTimeline } from './server.ts';

const config = readTimelineConfig();
const logger = createLogger('timeline', config.LOG_LEVEL);
await runProcess(logger, async (lifecycle) => {
  await startTimeline(config, lifecycle, logger);
});
