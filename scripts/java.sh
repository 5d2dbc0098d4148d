#!/bin/sh
# Print the home of a Java that Spark runs on (17 or newer); install Debian's when root on Debian and there is none.
set -eu

find_java() {
    for home in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v java || echo /)")")")" \
        /usr/lib/jvm/*; do
        if [ -n "$home" ] && [ -x "$home/bin/java" ]; then
            # 'openjdk version "17.0.19" ...'; before 9 it was "1.8.0"
            version=$("$home/bin/java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
            [ "${version:-0}" -ge 17 ] && echo "$home" && return 0
        fi
    done
    return 1
}

find_java && exit 0

if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
    echo "Installing Java from Debian's packages (once) ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq || :; apt-get install -qq -y --no-install-recommends default-jre-headless; } \
        </dev/null >/dev/null && find_java && exit 0
fi

cat >&2 <<'TEXT'
No Java 17 or newer was found, so the tests on Spark are skipped (under CI they fail).
    Debian, Ubuntu   sudo apt-get install --no-install-recommends default-jre-headless
    macOS            brew install openjdk@17
    anything else    install Java 17 or newer and set JAVA_HOME=/path/to/it
TEXT
