import { isRefusal } from '@murmuration/registry/wire';
import { isDatabaseOutage, type Logger } from '@murmuration/service-kit';
import type { FastifyError, FastifyInstance } from 'fastify';
import { Fault } from '../faults.ts';

/** Every refusal in one shape; what is a fault of ours is told to the log alone. */
export function answerFaults(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const fault = faultOf(error);
    if (fault.code === 'INTERNAL')
      logger.error({ err: error, url: request.routeOptions.url }, 'a request failed');
    if (fault.retryAfter !== undefined) reply.header('retry-after', String(fault.retryAfter));
    if (fault.code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
    return reply.code(fault.status).type('application/json').send(JSON.stringify(fault));
  });
  app.setNotFoundHandler((_request, reply) => {
    const fault = new Fault('NO_SUCH_ADDRESS', 'There is nothing at this address.');
    return reply.code(fault.status).type('application/json').send(JSON.stringify(fault));
  });
}

function faultOf(error: FastifyError): Fault {
  if (error instanceof Fault) return error;
  if (isRefusal(error)) return new Fault(error.exitCode === 3 ? 'BAD_INPUT' : 'COULD_NOT_RUN', error.message);
  if (isDatabaseOutage(error))
    return new Fault('OVERLOADED', 'The database cannot be reached. Try again in a moment.', 2);
  if (error.statusCode === 413) return new Fault('TOO_LARGE', 'The body is larger than it may be.');
  if (error.statusCode !== undefined && error.statusCode < 500)
    return new Fault('BAD_INPUT', 'The request cannot be read: JSON is wanted.');
  return new Fault('INTERNAL', 'This could not be done; the log of the registry says why.');
}
