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

# prepare PRESET TARGET [ARGUMENT of ctest ...]: configures and builds; false where there is nothing to run then.
prepare() {
    preset=$1
    target=$2
    shift 2
    printf '\n== %s\n' "$preset"
    if ! [ -f "build/$preset/CMakeCache.txt" ] && ! cmake --preset "$preset" ${QIAO_CEDICT:+-DQIAO_CEDICT="$QIAO_CEDICT"}; then
        broken=yes
        return 1
    fi
    if ctest --test-dir "build/$preset" -N "$@" | grep -q '^Total Tests: 0$'; then
        echo 'none of these tests'
        return 1
    fi
    if ! cmake --build "build/$preset" --parallel "$jobs" --target "$target"; then
        broken=yes
        return 1
    fi
    rm -f "build/$preset/tests.xml"
}

# run PRESET JOBS [ARGUMENT of ctest ...]; lead=exec in a process of its own, which is ctest then.
lead=
run() {
    preset=$1
    parallel=$2
    shift 2
    $lead ctest --test-dir "build/$preset" --parallel "$parallel" --repeat until-pass:2 --output-on-failure --output-log "build/$preset/tests.log" \
        --output-junit tests.xml "$@"
}

tally() {
    if [ -f "build/$1/tests.xml" ]; then
        count "build/$1/tests.xml" "build/$1/tests.log"
    else
        broken=yes
    fi
}

plain=   # process that runs the plain tests
scratch= # folder in memory
finish() {
    [ -z "$plain" ] || kill "$plain" 2>/dev/null || true
    [ -z "$scratch" ] || rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

sh scripts/dependencies.sh --tests
if command -v ninja >/dev/null 2>&1; then
    export CMAKE_GENERATOR=Ninja
fi
if command -v ccache >/dev/null 2>&1; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
# Tests wait for the disk most of all: what they write and throw away goes to memory, where there is enough.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')" -gt 2000000 ] &&
    [ "$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)" -gt 4000000 ]; then
    scratch=$(mktemp -d /dev/shm/qiao-tests-XXXXXX)
    export TMPDIR="$scratch"
fi

# The plain tests are a browser's, most of the time, which waits more than it computes: they run beside the rest.
if prepare dev plain_tests -L plain "$@"; then
    lead="exec"
    run dev 1 -L plain "$@" >build/dev/tests.out 2>&1 &
    plain=$!
    lead=
fi
if prepare asan all "$@"; then
    run asan $((jobs + 1)) "$@" || broken=yes # some wait for clocks, not for a processor
    tally asan
fi
if [ -n "$plain" ]; then
    printf '\n== dev\n'
    wait "$plain" || broken=yes
    plain=
    cat build/dev/tests.out
    tally dev
fi

line="$passed passed, $failed failed"
[ $again -eq 0 ] || line="$line, $again of them at the second attempt"
[ $skipped -eq 0 ] || line="$line, $skipped skipped"
if [ $broken = yes ] && [ $failed -eq 0 ]; then
    line="$line (a build or a run broke off, see above)"
fi
printf '\n%s\n' "$line"
[ $((passed + failed + skipped)) -gt 0 ] # or the arguments name no test
[ $failed -eq 0 ] && [ $broken = no ]
