# syntax=docker/dockerfile:1
# One image: `docker run IMAGE start.ts inventory` is one context, without a name it is all of them.
# Both bases must have the same libc: sqlite3 is native. Releases pin both by digest.
ARG BUILD_IMAGE=node:24-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${BUILD_IMAGE} AS deps
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm rebuild sqlite3 --ignore-scripts=false && npm cache clean --force
# What a new volume is made of: the user of the image may write there.
RUN mkdir /data && chown 65532:65532 /data && chmod 0700 /data

# The console is a tool of development and commands every node: never in what runs in production.
FROM deps AS console-deps
RUN npm ci --ignore-scripts && npm rebuild sqlite3 --ignore-scripts=false && npm cache clean --force

FROM ${RUNTIME_IMAGE} AS product
WORKDIR /app
ARG COMMIT=unknown
ENV NODE_ENV=production UV_THREADPOOL_SIZE=16 TMPDIR=/scratch \
	RETAIL_CONTAINER=true RETAIL_OPS_HOST=0.0.0.0 RETAIL_DATA_DIR=/data RETAIL_COMMIT=${COMMIT}
COPY --from=deps --chown=65532:65532 /data /data
COPY package.json start.ts moleculer.config.ts ./
COPY config config
COPY lib lib
COPY mixins mixins
COPY sagas sagas
COPY services services
COPY scripts/probe.ts scripts/
USER 65532:65532
EXPOSE 8080 9464

FROM product AS console
COPY --from=console-deps /app/node_modules node_modules
COPY scripts scripts
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["scripts/console.ts"]

FROM product
COPY --from=deps /app/node_modules node_modules
HEALTHCHECK --interval=30s --timeout=10s --retries=3 --start-period=40s CMD ["/nodejs/bin/node", "scripts/probe.ts"]
ENTRYPOINT ["/nodejs/bin/node"]
CMD ["start.ts"]
