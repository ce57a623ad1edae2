#!/bin/sh
# The direction of dependency between the folders, read from the includes: an arrow may be followed, never reversed.
set -eu
cd "$1"

find engine indexer api bench -name '*.c' -o -name '*.cc' -o -name '*.h' | grep -v '^engine/include/' | sort | xargs grep -HE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' |
    awk -F: '
BEGIN {
    # folder: folders of the engine that it may look into, beside itself
    may["base"] = ""
    may["text"] = "base"
    may["vocab"] = "base text"
    may["record"] = "base text vocab"
    may["lexicon"] = "base text"
    may["dense"] = "base"
    may["indicator"] = "base text vocab record"
    may["facts"] = "base text vocab record lexicon indicator"
    may["store"] = "base text vocab record lexicon dense"
    may["fulltext"] = "base text vocab record lexicon"
    may["suggest"] = "base text lexicon"
    may["match"] = "base text vocab record lexicon dense indicator facts store"
    may["batch"] = "base text vocab record lexicon indicator facts store match"
    may["report"] = "base text vocab record facts store match batch"
    may["indexing"] = "base text vocab record lexicon suggest dense indicator facts store fulltext batch"
    may["session"] = "base text vocab record lexicon suggest dense facts store fulltext match"

    # public header: the folder that it speaks for
    n = split("memory:base status:base file:base share:base processors:base text:text vocabulary:vocab record:record privacy:record tags:record " \
        "lexicon:lexicon analyzer:lexicon glossary:lexicon dense:dense indicator:indicator source_store:store catalog:store generation:store fulltext:fulltext " \
        "match:match matcher:match profiles:match tables:match review:match all_pairs:batch diff:batch tune:batch queue:report survey:report cases:report monitoring:report gaps:report preview:match feedback:store desk:store secret:base build:indexing engine:session suggest:session duplicates:store suggested:facts", pairs, " ")
    for (i = 1; i <= n; i++) {
        split(pairs[i], pair, ":")
        owner[pair[1]] = pair[2]
    }
}
function complain(text) {
    print file ": " text
    failed = 1
}
function allowed(from, to,    list, i, count) {
    if (from == to)
        return 1
    count = split(may[from], list, " ")
    for (i = 1; i <= count; i++)
        if (list[i] == to)
            return 1
    return 0
}
{
    file = $1
    match($0, /"[^"]+"/)
    included = substr($0, RSTART + 1, RLENGTH - 2)
    split(file, parts, "/")
    top = parts[1]
    folder = top == "engine" ? parts[2] : top
    slash = index(included, "/")
    first = slash ? substr(included, 1, slash - 1) : ""
    checked++
    if (first == "qiao") {
        name = substr(included, slash + 1)
        sub(/\.h$/, "", name)
        if (!(name in owner))
            complain("qiao/" name ".h has no owner in this test; add it")
        else if (top == "engine" && !allowed(folder, owner[name]))
            complain(folder " may not use " included " (" owner[name] ")")
    } else if (top == "engine" && !(folder in may)) {
        complain("the folder engine/" folder " is not in this test; add it")
    } else if (first in may) {
        if (top == "bench")
            next # measures parts, as tests do
        if (top != "engine")
            complain(top " sees only the public headers of the engine, not " included)
        else if (!allowed(folder, first))
            complain(folder " may not use " included)
    } else if (first == "indexer" || first == "api" || first == "bench" || included ~ /\.\.\//) {
        complain("may not reach across to " included)
    }
}
END {
    print checked " includes looked at"
    if (checked < 50) {
        print "that is too few: the pattern of this test is out of date"
        failed = 1
    }
    exit failed
}'
