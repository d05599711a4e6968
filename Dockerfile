# syntax=docker/dockerfile:1
# One image per process, all from one source: docker build --target gateway|user|user-worker|post|timeline|timeline-worker|registry|migrate .
# TypeScript runs as it is (Node strips the types), so there is nothing to compile: an image is the sources, the
# generated database clients and the production dependencies of one process.

FROM node:24.21.0-bookworm-slim AS source
WORKDIR /app
ENV APOLLO_TELEMETRY_DISABLED=1 TURBO_TELEMETRY_DISABLED=1 CI=true
RUN npm install --global pnpm@10.34.9
COPY . .

FROM source AS generated
RUN pnpm install --frozen-lockfile
RUN pnpm generate

FROM source AS gateway-files
RUN pnpm install --frozen-lockfile --prod --filter-prod @murmuration/gateway... && node scripts/prune-modules.mjs node_modules

FROM source AS user-files
RUN pnpm install --frozen-lockfile --prod --filter-prod @murmuration/subgraph-user... && node scripts/prune-modules.mjs node_modules

FROM source AS post-files
RUN pnpm install --frozen-lockfile --prod --filter-prod @murmuration/subgraph-post... && node scripts/prune-modules.mjs node_modules

FROM source AS timeline-files
RUN pnpm install --frozen-lockfile --prod --filter-prod @murmuration/subgraph-timeline... && node scripts/prune-modules.mjs node_modules

FROM source AS registry-files
RUN pnpm install --frozen-lockfile --prod --filter-prod @murmuration/registry-server... && node scripts/prune-modules.mjs node_modules

FROM source AS migrate-files
RUN pnpm install --frozen-lockfile --prod --filter-prod @murmuration/prisma... && node scripts/prune-modules.mjs node_modules

FROM node:24.21.0-bookworm-slim AS runtime
WORKDIR /app
ENV NODE_ENV=production APOLLO_TELEMETRY_DISABLED=1 HOST=0.0.0.0 METRICS_PORT=9464
# As the supervisor starts them on a laptop: room for young objects.
ENV NODE_OPTIONS=--max-semi-space-size=32
# What Node compiled of an image's code, made when the image is: a start takes half the time. Node keeps it by user.
ENV NODE_COMPILE_CACHE=.compiled
RUN mkdir -m 1777 .compiled
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["node", "scripts/healthy.mjs"]

FROM runtime AS gateway
ENV PORT=4000
COPY --from=gateway-files /app /app
RUN node scripts/compile.mjs gateway/src/server.ts gateway/src/planning/hive/child.ts
CMD ["node", "gateway/src/main.ts"]

FROM runtime AS user
ENV PORT=8080
COPY --from=user-files /app /app
COPY --from=generated /app/prisma/generated /app/prisma/generated
RUN node scripts/compile.mjs subgraphs/user/src/server.ts
CMD ["node", "subgraphs/user/src/main.ts"]

FROM user AS user-worker
CMD ["node", "subgraphs/user/src/worker.ts"]

FROM runtime AS post
ENV PORT=8080
COPY --from=post-files /app /app
COPY --from=generated /app/prisma/generated /app/prisma/generated
RUN node scripts/compile.mjs subgraphs/post/src/server.ts
CMD ["node", "subgraphs/post/src/main.ts"]

FROM runtime AS timeline
ENV PORT=8080
COPY --from=timeline-files /app /app
RUN node scripts/compile.mjs subgraphs/timeline/src/server.ts subgraphs/timeline/src/workers.ts
CMD ["node", "subgraphs/timeline/src/main.ts"]

FROM timeline AS timeline-worker
CMD ["node", "subgraphs/timeline/src/worker.ts"]

FROM runtime AS registry
ENV PORT=8080
COPY --from=registry-files /app /app
COPY --from=generated /app/prisma/generated /app/prisma/generated
RUN node scripts/compile.mjs registry/server/src/server.ts registry/server/src/work/do-job.ts
CMD ["node", "registry/server/src/main.ts"]

FROM runtime AS migrate
COPY --from=migrate-files /app /app
HEALTHCHECK NONE
CMD ["node", "prisma/src/cli.ts"]
