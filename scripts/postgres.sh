#!/bin/sh
# Print the folder of PostgreSQL's programs for the tests of the loop; install Debian's when root on Debian and there is none.
set -eu

find_programs() {
    for folder in "${POSTGRES_BIN:-}" "$(dirname "$(command -v initdb 2>/dev/null || echo /)")" \
        /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
            echo "$folder"
            return 0
        fi
    done
    return 1
}

find_programs && exit 0

if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
    echo "Installing PostgreSQL from Debian's packages (once) ..." >&2
    export DEBIAN_FRONTEND=noninteractive
    main=/etc/postgresql-common/createcluster.conf
    # The tests start a server of their own; the package is not to start another one.
    { apt-get update -qq || :
      apt-get install -qq -y --no-install-recommends postgresql-common &&
      sed -i 's/^#* *create_main_cluster.*/create_main_cluster = false/' "$main" &&
      apt-get install -qq -y --no-install-recommends postgresql
    } </dev/null >/dev/null && find_programs && exit 0
fi

cat >&2 <<'TEXT'
No PostgreSQL was found, so the loop is tested on SQLite alone (under CI the tests fail).
    Debian, Ubuntu   sudo apt-get install --no-install-recommends postgresql
    macOS            brew install postgresql
    anything else    install PostgreSQL and set POSTGRES_BIN=/path/to/the/folder/of/initdb
TEXT
