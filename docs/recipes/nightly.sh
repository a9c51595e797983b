#!/bin/sh
# One run: collect, audit, keep. The three variables say where; the arguments go to `leastwise collect`.
#   AUDIT_PROGRAM   the program, if it is not on the path
#   SNAPSHOTS       a directory for the snapshots, which hold the account's policies
#   REPORTS         a directory for the reports
# The exit code is that of the audit: 0 done, 1 findings of severity critical, 2 failed, 3 something could not be read.
set -eu
umask 077
leastwise=${AUDIT_PROGRAM:-leastwise}
snapshots=${SNAPSHOTS:?}
reports=${REPORTS:?}
today=$(date -u +%Y-%m-%dT%H%M%SZ)

mkdir -p "$snapshots" "$reports"
code=0
"$leastwise" collect --output "$snapshots/$today" "$@" || code=$?
# 3: something could not be read. The audit says what, and what follows from it.
case $code in 0 | 3) ;; *) exit 2 ;; esac

code=0
"$leastwise" audit "$snapshots/$today" --fail-on critical \
    --report "csv=$reports/$today.csv" \
    --report "json=$reports/$today.json" || code=$?
case $code in
0 | 1 | 3)
    cp "$reports/$today.csv" "$reports/.latest.csv.tmp"
    mv "$reports/.latest.csv.tmp" "$reports/latest.csv"
    ;;
esac
exit "$code"
