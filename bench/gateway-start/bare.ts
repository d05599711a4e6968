import { fastify } from 'fastify';

/** What no start of a server of this kind can undercut. */
const app = fastify();
app.get('/readyz', () => ({ status: 'ok' }));
process.once('SIGTERM', () => void app.close());
await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
