#!/bin/sh
# send-csv-to-s3.sh REPORT.csv s3://BUCKET/PREFIX KMS_KEY: encrypted, by the day of the file's name.
# It needs s3:PutObject on the prefix and kms:GenerateDataKey on the key. Give the bucket versions and Object Lock if the
# reports are evidence, and let nobody write there who is audited.
set -eu
report=${1:?report}
place=${2:?s3://bucket/prefix}
key=${3:?key}
name=$(basename "$report")
aws s3 cp "$report" "${place%/}/$name" --sse aws:kms --sse-kms-key-id "$key" --content-type text/csv --only-show-errors
