#!/bin/sh
# Start COMMAND: what it writes is its user's alone, and it has the database's password, which stands
# in the file PGPASSWORD_FILE names and in no container's settings.
#
#   usage: entrypoint.sh COMMAND [ARGUMENT...]
set -eu
umask 077
if [ -n "${PGPASSWORD_FILE:-}" ]; then
    [ -r "$PGPASSWORD_FILE" ] || { echo "$PGPASSWORD_FILE cannot be read; docs/deploy.md says how it is made" >&2; exit 1; }
    PGPASSWORD=$(cat "$PGPASSWORD_FILE")
    [ -n "$PGPASSWORD" ] || { echo "$PGPASSWORD_FILE is empty; it holds the database's password" >&2; exit 1; }
    export PGPASSWORD
    unset PGPASSWORD_FILE
fi
exec "$@"
