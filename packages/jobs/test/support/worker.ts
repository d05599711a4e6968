import { createLogger } from '@murmuration/service-kit';
import { startJobWorker } from '../../src/index.ts';

/** A worker of its own process, to be killed in the middle of a job: it takes one and never ends it. */
const [url = ''] = process.argv.slice(2);
await startJobWorker({
  url,
  name: 'hanging-worker',
  logger: createLogger('hanging-worker', 'silent'),
  tasks: {
    async note() {
      process.send?.('taken');
      await new Promise(() => {});
    },
  },
});
process.send?.('started');
