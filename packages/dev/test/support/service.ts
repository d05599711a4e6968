import { createServer } from 'node:http';

/** A service as the supervisor expects one; `/crash` ends it, and how it stops is a setting. */
console.log(`started with secret ${process.env['JWT_SIGNING_KEYS'] ?? 'none'}`);
if (process.env['BROKEN']) throw new Error('the settings are not usable');

const server = createServer((request, response) => {
  if (request.url === '/crash') process.exit(3);
  response.end('ok');
});
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => {
  console.log('draining');
  if (!process.env['STUBBORN']) process.exit(0);
});
