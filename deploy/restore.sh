#!/bin/sh
# Put a backup into an empty database and an empty home. Nothing else may be running.
#
#   usage: restore.sh FOLDER     with PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, TRADERAI_HOME,
#                                and OWNER where root restores what another user is to own
set -eu
umask 077
[ $# = 1 ] || { echo "usage: restore.sh FOLDER" >&2; exit 2; }
folder=$1
[ -f "$folder/database.dump" ] || { echo "$folder holds no backup" >&2; exit 1; }
for kept in lake lake-versions dagster; do
    if [ -n "$(ls -A "$TRADERAI_HOME/$kept" 2>/dev/null)" ]; then
        echo "$TRADERAI_HOME/$kept is not empty; move it aside first" >&2
        exit 1
    fi
done
tables=$(psql --no-psqlrc --tuples-only --no-align --command \
    "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'traderai_studies')")
[ "$tables" = 0 ] || { echo "database $PGDATABASE holds $tables tables; name an empty one" >&2; exit 1; }

mkdir -p "$TRADERAI_HOME"
for kept in lake lake-versions dagster sandbox.json; do
    if [ -e "$folder/$kept" ]; then cp -pR "$folder/$kept" "$TRADERAI_HOME/"; fi
done
if [ -n "${OWNER:-}" ]; then chown -R "$OWNER" "$TRADERAI_HOME"; fi
# All or nothing, and last: what is there now is whole
pg_restore --no-owner --exit-on-error --single-transaction --dbname="$PGDATABASE" "$folder/database.dump"
echo "restored from $folder; start the platform, and runs that were at work end as lost and are retried"
