#!/bin/sh
# Print the path of a Chromium for the browser tests; install Debian's when root on Debian and there is none.
set -eu

find_browser() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
        [ -n "$name" ] && command -v "$name" && return 0
    done
    return 1
}

find_browser && exit 0

if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
    echo "Installing Chromium from Debian's packages (once) ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    # The font is for the screenshots only: without it Chinese pages are photographed as boxes.
    { apt-get update -qq || :; apt-get install -qq -y --no-install-recommends chromium fonts-wqy-microhei; } \
        </dev/null >/dev/null && find_browser && exit 0
fi

cat >&2 <<'TEXT'
No Chromium was found, so the browser tests are skipped (under CI they fail).
    Debian, Ubuntu   sudo apt-get install --no-install-recommends chromium fonts-wqy-microhei
    macOS            brew install --cask chromium
    anything else    install Chromium or Chrome and set CHROMIUM=/path/to/it
TEXT
