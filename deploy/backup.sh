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

# What is remembered of each table, first: it may lag behind the copy and must not lead. A table that
# is remembered and not there, as on a disk that is not mounted, must not make an empty backup.
if [ -d "$lake-versions" ]; then cp -pR "$lake-versions" "$draft/"; fi
for note in "$draft"/lake-versions/*.json; do
    table=$(basename "$note" .json)
    if grep -qs '"uri": "file:' "$note" && [ ! -d "$lake/$table/_delta_log" ]; then
        echo "table $table is not in $lake: is its disk mounted, or the lake elsewhere?" \
            "See \"traderai lake check\"; nothing was backed up" >&2
        exit 1
    fi
done

# Runs, events, sensors and studies. A commit reaches the lake before the event that tells of it: a
# database copied first never tells of rows which the lake's copy does not hold.
pg_dump --format=custom --no-owner --file="$draft/database.dump"

# A table is its log: every file the log names was written before and is kept for days. So the log
# first, up to the last commit there is now, and then the files. (`_last_checkpoint` is a hint.)
# Of a pipe only the end is asked whether it failed, so the others leave a note.
tables=$(if [ -d "$lake" ]; then find "$lake" -type d -name _delta_log; fi)
echo "$tables" | while read -r log; do
    [ -n "$log" ] || continue
    table=${log%/_delta_log}
    copy=$draft/lake/${table#"$lake"/}
    last=$(find "$log" -name '[0-9]*.json' -exec basename {} .json \; | sort | tail -n 1)
    mkdir -p "$copy/_delta_log"
    for entry in "$log"/[0-9]*; do
        name=$(basename "$entry")
        # Twenty digits: in the order of their text, they are in the order of their commits
        if [ ! "${name%%.*}" \> "$last" ]; then cp -p "$entry" "$copy/_delta_log/"; fi
    done
    # tar ends with 1 where a file was removed meanwhile, which then no copied commit names
    { cd "$table" && find . -path ./_delta_log -prune -o -type f -print0 || touch "$draft/failed"; } |
        { tar -C "$table" --null --files-from=- --create || [ $? = 1 ] || touch "$draft/failed"; } |
        tar -C "$copy" --extract
done
[ ! -e "$draft/failed" ] || { echo "a table could not be read; nothing was backed up" >&2; exit 1; }

# What runs printed, and which sandbox fed the lake, if one did
for kept in dagster sandbox.json lake/sandbox.json; do
    if [ -e "$TRADERAI_HOME/$kept" ]; then cp -pR "$TRADERAI_HOME/$kept" "$draft/$kept"; fi
done
sync
mv "$draft" "$folder"
echo "$folder holds the database, the lake and what runs printed"
