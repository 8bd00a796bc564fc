# Fluent Bit with the winevent plugin.
#
# Debian 12 has the oldest glibc (2.36) of the bases that Fluent Bit's own images
# are built on, so the plugin made here loads into all of them.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN make build \
 && mkdir -p /rootfs/var/lib/winevent \
 && cp build/out_winevent.so /rootfs/out_winevent.so

# Distroless: no shell, no package manager.
FROM fluent/fluent-bit:5.1.1
COPY --from=build /rootfs/out_winevent.so /fluent-bit/lib/out_winevent.so
COPY --from=build /src/build/winevent /fluent-bit/bin/winevent
COPY --from=build /src/LICENSE /fluent-bit/licenses/winevent-LICENSE
COPY deploy/fluent-bit.yaml /fluent-bit/etc/winevent.yaml
# The user of distroless images; the folder holds buffers, the dead letter file and what output file writes.
COPY --from=build --chown=65532:65532 /rootfs/var/lib/winevent /var/lib/winevent
USER 65532:65532
VOLUME /var/lib/winevent
EXPOSE 24224 2020
ENTRYPOINT ["/fluent-bit/bin/fluent-bit"]
CMD ["-c", "/fluent-bit/etc/winevent.yaml"]
