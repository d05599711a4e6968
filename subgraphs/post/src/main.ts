import { createLogger, runProcess } from '@murmuration/service-kit';
import { readPostConfig } from './config.ts';
import { startPost } from './server.ts';

const logger = createLogger('post', process.env['LOG_LEVEL'] || 'info');

await runProcess(logger, async (lifecycle) => void (await startPost(readPostConfig(), lifecycle, logger)));
