#!/bin/sh
# One run: collect, audit, keep. The three variables say where; the arguments go to `leastwise collect`.
#   AUDIT_PROGRAM   the program, if it is not on the path
#   SNAPSHOTS       a directory for the snapshots, which hold the account's policies
#   REPORTS         a directory for the reports
# The first run alarms on critical findings; later ones on what is new or worse since the run before.
# The exit code is that of the audit: 0 done, 1 an alarm, 2 failed, 3 something could not be read.
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

if [ -f "$reports/latest.json" ]; then
    set -- --baseline "$reports/latest.json" --fail-on-new critical
else
    set -- --fail-on critical
fi
code=0
"$leastwise" audit "$snapshots/$today" "$@" \
    --report "csv=$reports/$today.csv" \
    --report "json=$reports/$today.json" \
    --report "html=$reports/$today.html" || code=$?
case $code in 0 | 1 | 3) ;; *) exit "$code" ;; esac
for format in csv json html; do
    cp "$reports/$today.$format" "$reports/.latest.$format.tmp"
    mv "$reports/.latest.$format.tmp" "$reports/latest.$format"
done
# Cron mails what is printed, and systemd keeps it.
if [ "$code" -eq 1 ]; then
    echo "critical findings that were not there before: $reports/$today.html" >&2
fi
exit "$code"
