#!/bin/sh
# Retrieval beside Xapian and Lucene at several sizes, in one run each; installs Lucene and Java where they are missing.
#
#   sh bench/retrieval.sh [BUILD [RECORDS...]]      default: build/release 10000 100000 1000000
#
# Prints one JSON object a line, and keeps it in bench/results/retrieval.jsonl. OPTIONS="--order topic" is handed on; PEERS= leaves the peers out.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build/release}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- 10000 100000 1000000
peers=${PEERS-xapian,lucene}

case "$peers" in
*lucene*)
    if [ ! -e /usr/share/java/lucene-core-8.7.0.jar ] || ! command -v javac >/dev/null 2>&1; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends liblucene8-java default-jdk-headless >/dev/null
    fi
    ;;
esac

BENCH_COMMIT=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
export BENCH_COMMIT
for records in "$@"; do
    # shellcheck disable=SC2086
    "$build/bin/qiao-bench" retrieval --records "$records" --queries 200 --peers "$peers" ${OPTIONS:-} | tee -a bench/results/retrieval.jsonl
done
