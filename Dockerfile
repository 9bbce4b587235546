# One image for the server and the worker. It is prepared by the same script as a checkout; PostgreSQL and
# Redis are given (docker-compose.yml), so that neither is installed here.
FROM node:22-bookworm-slim

ENV GEOPF_SERVICES=given \
    XDG_CACHE_HOME=/opt/cache \
    DATA_DIR=/data \
    HOST=0.0.0.0

WORKDIR /opt/geopf-local
COPY . .
RUN script/bootstrap \
 && rm -rf /var/lib/apt/lists/* /root/.npm \
 && install -d -o node -g node /data

USER node
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT||8080)+'/_emulator/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "dist/src/server.js"]
