#!/bin/sh
# Each public header compiles alone, in C11 and in C++17, strictly.
set -eu
include=$1/engine/include
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc=${CC:-cc}
cxx=${CXX:-c++}
failed=0
count=0

for header in "$include"/qiao/*.h; do
    name=qiao/$(basename "$header")
    # Twice: a header must guard itself.
    printf '#include "%s"\n#include "%s"\nint qiao_nothing;\n' "$name" "$name" >"$work/alone.c"
    cp "$work/alone.c" "$work/alone.cc"
    "$cc" -std=c11 -pedantic -Wall -Wextra -Werror -I"$include" -fsyntax-only "$work/alone.c" || failed=1
    "$cxx" -std=c++17 -pedantic -Wall -Wextra -Werror -I"$include" -fsyntax-only "$work/alone.cc" || failed=1
    count=$((count + 1))
done
printf '%s headers\n' $count
[ $count -gt 0 ] && exit $failed
