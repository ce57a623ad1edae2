#!/bin/sh
# Installs what is missing, builds, runs every test and ends with one line: N passed, N failed. Tests run under ASan and UBSan; those of the label
# plain (see tests/CMakeLists.txt) run without. A test that fails is run once more, since a browser or a network of a machine at its limit can fail
# it; one that then passes is named, and counted in the last line.
#
#   sh test.sh [ARGUMENT of ctest ...]      for example: sh test.sh -L unit
set -eu
cd "$(dirname "$0")"

jobs=$(nproc 2>/dev/null || echo 2)
passed=0
failed=0
skipped=0
again=0
broken=no

attribute() {
    sed -n "s/.*[^a-z]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

# The counts of one run, from the report and the log that ctest writes.
count() {
    tests=$(attribute "$1" tests)
    bad=$(attribute "$1" failures)
    out=$(($(attribute "$1" disabled) + $(attribute "$1" skipped)))
    passed=$((passed + tests - bad - out))
    failed=$((failed + bad))
    skipped=$((skipped + out))
    first=$(grep -cE '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Failed|Timeout|Exception)' "$2" || true)
    if [ "$first" -gt "$bad" ]; then
        again=$((again + first - bad))
        printf 'failed at first:\n'
        grep -E '^ *[0-9]+/[0-9]+ Test .*\*\*\*(Failed|Timeout|Exception)' "$2"
    fi
}

# run PRESET TARGET [ARGUMENT of ctest ...]
run() {
    preset=$1
    target=$2
    shift 2
    printf '\n== %s\n' "$preset"
    [ -f "build/$preset/CMakeCache.txt" ] || cmake --preset "$preset" ${QIAO_CEDICT:+-DQIAO_CEDICT="$QIAO_CEDICT"}
    if ctest --test-dir "build/$preset" -N "$@" | grep -q '^Total Tests: 0$'; then
        echo 'none of these tests'
        return
    fi
    if ! cmake --build "build/$preset" --parallel "$jobs" --target "$target"; then
        broken=yes
        return
    fi
    rm -f "build/$preset/tests.xml"
    ctest --test-dir "build/$preset" --parallel "$jobs" --repeat until-pass:2 --output-on-failure --output-log "build/$preset/tests.log" \
        --output-junit tests.xml "$@" || broken=yes
    if [ -f "build/$preset/tests.xml" ]; then
        count "build/$preset/tests.xml" "build/$preset/tests.log"
    else
        broken=yes
    fi
}

sh scripts/dependencies.sh --tests
if command -v ninja >/dev/null 2>&1; then
    export CMAKE_GENERATOR=Ninja
fi
if command -v ccache >/dev/null 2>&1; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
# Tests wait for the disk most of all: what they write and throw away goes to memory, where there is enough.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -gt 4000000 ] &&
    [ "$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)" -gt 6000000 ]; then
    TMPDIR=$(mktemp -d /dev/shm/qiao-tests-XXXXXX)
    export TMPDIR
    trap 'rm -rf "$TMPDIR"' EXIT
    trap 'exit 1' HUP INT TERM
fi
run dev plain_tests -L plain "$@"
run asan all "$@"

line="$passed passed, $failed failed"
[ $again -eq 0 ] || line="$line, $again of them at the second attempt"
[ $skipped -eq 0 ] || line="$line, $skipped skipped"
if [ $broken = yes ] && [ $failed -eq 0 ]; then
    line="$line (a build or a run broke off, see above)"
fi
printf '\n%s\n' "$line"
[ $((passed + failed + skipped)) -gt 0 ] # or the arguments name no test
[ $failed -eq 0 ] && [ $broken = no ]
