#!/bin/sh
# Each third-party library that the design walls in is included by one file, in the folder that owns it; and the public headers name none.
set -eu
cd "$1"
failed=0

fail() {
    printf '%s\n' "$*"
    failed=1
}

sources() {
    find engine indexer api bench -name '*.c' -o -name '*.cc' -o -name '*.h'
}

# wall HEADER PATTERN: files that include it must be at most one, and fit the pattern.
wall() {
    # shellcheck disable=SC2046
    files=$(grep -lE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]$1[>\"]" $(sources) || true)
    count=$(printf '%s' "$files" | grep -c . || true)
    [ "$count" -le 1 ] || fail "<$1> is included by $count files, only one may: $(echo "$files" | tr '\n' ' ')"
    for file in $files; do
        # shellcheck disable=SC2254
        case "$file" in
        $2) ;;
        *) fail "<$1> is included by $file; its place is $2" ;;
        esac
    done
    printf '%s: %s\n' "$1" "${files:-no file}"
}

wall 'xapian\.h' 'engine/fulltext/*.cc'
wall 'lmdb\.h' 'engine/store/*.c'
wall 'curl/curl\.h' 'indexer/http_curl.c'
wall 'expat\.h' 'indexer/xml.c'
wall 'zip\.h' 'indexer/zip_file.c'
wall 'microhttpd\.h' 'api/http_microhttpd.c'
wall 'ini\.h' 'api/config_file.c'
wall 'xlsxwriter\.h' 'api/table_xlsx.c'
wall 'libdeflate\.h' 'api/compress.c'

# A wall that nobody built is no wall: these are in use.
for name in 'xapian\.h' 'lmdb\.h' 'microhttpd\.h' 'expat\.h' 'zip\.h' 'xlsxwriter\.h'; do
    # shellcheck disable=SC2046
    grep -qE "^#include <$name>" $(sources) || fail "<$name> is included nowhere: the pattern of this test is out of date"
done

# C++ is for the one file around Xapian.
stray=$(find engine indexer api bench -name '*.cc' -o -name '*.cpp' -o -name '*.cxx' | grep -v '^engine/fulltext/' || true)
[ -z "$stray" ] || fail "C++ outside engine/fulltext: $stray"

# Public headers: the standard library and each other.
foreign=$(grep -nE '^[[:space:]]*#[[:space:]]*include' engine/include/qiao/*.h |
    grep -vE '<(stdbool|stddef|stdint|stdarg|limits)\.h>|"qiao/[a-z_]+\.h"' || true)
[ -z "$foreign" ] || fail "public headers include what their users may not have: $foreign"

# Functions that the style bans.
# shellcheck disable=SC2046
banned=$(grep -nwE '(strcpy|strcat|sprintf|vsprintf|strtok|strncpy|atoi|gets|localtime|gmtime|alloca)[[:space:]]*\(' $(sources) | grep -vE '^[^:]+:[0-9]+:[[:space:]]*(\*|/\*|//)' || true)
[ -z "$banned" ] || fail "banned functions: $banned"

exit $failed
