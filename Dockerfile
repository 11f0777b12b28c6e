# One image for every process of Perch: the command names the plane.
FROM node:24-bookworm-slim AS build
WORKDIR /perch
COPY package.json package-lock.json nx.json tsconfig.base.json .swcrc prisma.config.ts ./
COPY tools tools
COPY prisma prisma
COPY apps apps
COPY libs libs
# Prisma's own install step wants the network; generating the client (part of the build) does not.
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /perch
COPY --from=build /perch /perch
RUN mkdir /data && chown node:node /data
USER node
ENV PERCH_HOME=/data
ENTRYPOINT ["node", "apps/perch/bin/perch.mjs"]
CMD ["--help"]
