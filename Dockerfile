# syntax=docker/dockerfile:1
# Fluent Bit with the winevent plugin. Bases are pinned by digest; to move to newer
# ones, take tag and digest from "docker buildx imagetools inspect NAME:TAG".
#
# Debian 12 has the oldest glibc (2.36) of the bases that Fluent Bit's own images
# are built on, so the plugin made here loads into all of them.
FROM golang:1.26.8-bookworm@sha256:a688600ca24f8a4d3ca77f95b0dd40704a9fc787c826660eb7ba0b641b8b175d AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# The folder of buffers and dead letters is made here: the image below has no shell.
RUN make build \
 && install -D -m 0644 build/out_winevent.so /rootfs/fluent-bit/lib/out_winevent.so \
 && install -D -m 0755 build/winevent /rootfs/fluent-bit/bin/winevent \
 && install -D -m 0644 deploy/fluent-bit.yaml /rootfs/fluent-bit/etc/winevent.yaml \
 && install -D -m 0644 LICENSE /rootfs/fluent-bit/licenses/winevent-LICENSE \
 && go run ./release -third-party linux/"$(go env GOARCH)" > /rootfs/fluent-bit/licenses/winevent-THIRD_PARTY_LICENSES.txt \
 && install -d -m 0750 -o 65532 -g 65532 /rootfs/var/lib/winevent

# Distroless: no shell, no package manager.
FROM fluent/fluent-bit:5.1.1@sha256:a941bdd5ca552b2c6597fc7b3bccf2e61d30873939bab5700963de0e94ac6169
COPY --from=build /rootfs/fluent-bit /fluent-bit
COPY --from=build --chown=65532:65532 /rootfs/var/lib/winevent /var/lib/winevent
# The user of distroless images.
USER 65532:65532
VOLUME /var/lib/winevent
EXPOSE 24224 2020
# Needs http_server and health_check, which the configuration has.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["/fluent-bit/bin/winevent", "health"]
ENTRYPOINT ["/fluent-bit/bin/fluent-bit"]
CMD ["-c", "/fluent-bit/etc/winevent.yaml"]
