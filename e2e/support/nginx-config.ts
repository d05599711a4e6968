/**
 * What a process refuses goes to the next one, a POST only when none of it was sent; an upgrade also when it
 * was answered 503, as a draining gateway does. No process counts as gone for a time (`max_fails=0`): with two
 * of them, one lost connection of the only living one made nginx answer 502 to everybody for up to two seconds.
 * Idle connections to the processes end before their drain does, so that none is closed under a request.
 */
export function nginxConfig(
  folder: string,
  ports: Map<string, number>,
  instances: Map<string, string[]>,
): string {
  const isRoot = process.getuid?.() === 0;
  const parts = [...instances].map(([part, urls]) => partConfig(part, ports.get(part) ?? 0, urls));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
${isRoot ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log warn;
events { worker_connections 1024; }
http {
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  log_format tries '$request_method $status $upstream_addr';
  access_log ${folder}/access.log tries;
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  keepalive_timeout 75s;
  ${parts.join('\n')}
}
`;
}

function partConfig(part: string, port: number, urls: string[]): string {
  const servers = urls.map((url) => `server ${new URL(url).host} max_fails=0;`);
  return `
  upstream ${part} {
    ${servers.join('\n    ')}
    keepalive 32;
    keepalive_timeout 500ms;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://${part};
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_connect_timeout 500ms;
      proxy_read_timeout 300s;
      proxy_next_upstream error timeout http_503;
    }
  }`;
}
