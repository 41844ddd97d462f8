#!/bin/sh
# Copy the database, then the lake, into FOLDER; nothing has to stop. docs/deploy.md says why so.
#
#   usage: backup.sh FOLDER      with PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE, TRADERAI_HOME
set -eu
umask 077
[ $# = 1 ] || { echo "usage: backup.sh FOLDER" >&2; exit 2; }
folder=$1 draft=$1.unfinished lake=$TRADERAI_HOME/lake
[ ! -e "$folder" ] || { echo "$folder is there already; name a new folder" >&2; exit 1; }
rm -rf "$draft"
mkdir -p "$draft/lake"

# Runs, events, sensors and studies. A commit reaches the lake before the event that tells of it: a
# database copied first never tells of rows which the lake's copy does not hold.
pg_dump --format=custom --no-owner --file="$draft/database.dump"

# A table is its log: every file the log names was written before and is kept for days. So the log
# first, up to the last commit there is now, and then the files. (`_last_checkpoint` is a hint.)
find "$lake" -type d -name _delta_log | while read -r log; do
    table=${log%/_delta_log}
    copy=$draft/lake/${table#"$lake"/}
    last=$(find "$log" -name '[0-9]*.json' -exec basename {} .json \; | sort | tail -n 1)
    mkdir -p "$copy/_delta_log"
    for entry in "$log"/[0-9]*; do
        name=$(basename "$entry")
        # Twenty digits: in the order of their text, they are in the order of their commits
        if [ ! "${name%%.*}" \> "$last" ]; then cp -p "$entry" "$copy/_delta_log/"; fi
    done
    (cd "$table" && find . -path ./_delta_log -prune -o -type f -print0) |
        tar -C "$table" --null --files-from=- --create | tar -C "$copy" --extract
done

# What runs printed, and which sandbox fed the lake, if one did
for kept in dagster sandbox.json; do
    if [ -e "$TRADERAI_HOME/$kept" ]; then cp -pR "$TRADERAI_HOME/$kept" "$draft/"; fi
done
sync
mv "$draft" "$folder"
echo "$folder holds the database, the lake and what runs printed"
