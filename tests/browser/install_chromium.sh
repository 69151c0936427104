#!/bin/sh
# Make sure that there is a Chromium for the browser tests. They are skipped where there is none.
set -eu

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } \
        >/dev/null 2>&1 && command -v chromium >/dev/null 2>&1; then
        exit 0
    fi
fi

echo "No Chromium for the browser tests; get one with: sudo apt-get install chromium" >&2
exit 1
