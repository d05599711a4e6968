export { type JobLimits, jobLimits } from './limits.ts';
export {
  type Crontab,
  type JobWorker,
  type JobWorkerOptions,
  startJobWorker,
  type Task,
  type Tasks,
} from './worker.ts';
