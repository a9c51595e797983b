#!/bin/sh
# send-asff-to-security-hub.sh FINDINGS.jsonl, a file of `leastwise audit SOURCE --report asff=FINDINGS.jsonl`.
# Each line is one call of BatchImportFindings for one account: run it with credentials of that account, or delete the
# lines of others. It needs securityhub:BatchImportFindings; the same findings again are updates, not doubles.
set -eu
findings=${1:?file}
line=$(mktemp)
trap 'rm -f "$line"' EXIT
failed=0
while IFS= read -r batch || [ -n "$batch" ]; do
    # By way of a file: a batch is longer than a command line may be.
    printf '%s\n' "$batch" > "$line"
    count=$(aws securityhub batch-import-findings --cli-input-json "file://$line" --query FailedCount --output text)
    [ "$count" = 0 ] || failed=$((failed + count))
done < "$findings"
if [ "$failed" -ne 0 ]; then
    echo "$failed findings were not imported" >&2
    exit 1
fi
