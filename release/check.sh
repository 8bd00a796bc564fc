#!/usr/bin/env bash
# Builds the release of this commit twice, in folders of other names and lengths,
# with another umask, time zone and user's language, the second time without what
# Go's cache holds, and compares the checksums of everything that came out.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
one=$work/one other=$work/another/folder
mkdir -p "$work/another"
git clone --quiet . "$one"
git clone --quiet . "$other"
(cd "$one" && umask 022 && TZ=UTC make --no-print-directory release)
(cd "$other" && umask 077 && TZ=Asia/Tokyo LC_ALL=C HOSTNAME=elsewhere make --no-print-directory release RELEASE_FLAGS=-a)
diff "$one/dist/SHA256SUMS" "$other/dist/SHA256SUMS"
(cd "$other/dist" && sha256sum --check --quiet SHA256SUMS)
echo "$(wc -l < "$one/dist/SHA256SUMS") files, the same bytes twice"
