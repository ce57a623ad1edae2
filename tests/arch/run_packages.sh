#!/bin/sh
# Every library that the build looks for is in the list of packages that scripts/dependencies.sh installs: a fresh machine must not miss one.
set -eu
cd "$1"
failed=0
count=0

if ! command -v dpkg >/dev/null 2>&1; then
    echo "no Debian system; nothing to compare with"
    exit 0
fi

# owner FILE WHAT: the package that brings the file must be in the list.
owner() {
    count=$((count + 1))
    package=$(dpkg -S "$(readlink -f "$1")" "$1" 2>/dev/null | sed 's/:.*//' | sort -u | grep -e '-dev$' | head -n 1 || true)
    if [ -z "$package" ] || ! grep -qwF -- "$package" scripts/dependencies.sh; then
        echo "$2 comes from ${package:-no package}, which scripts/dependencies.sh does not install"
        failed=1
    fi
}

lists=$(find . -name CMakeLists.txt -not -path './build/*')
# shellcheck disable=SC2086
for module in $(sed -n 's/^[^#]*pkg_check_modules([A-Z0-9_]* REQUIRED IMPORTED_TARGET \([^ )]*\)).*/\1/p' $lists | sort -u); do
    owner "$(pkg-config --variable=pcfiledir "$module")/$module.pc" "$module"
done
# shellcheck disable=SC2086
for library in $(sed -n 's/^[^#]*find_library([A-Z0-9_]* \([^ )]*\) REQUIRED).*/\1/p' $lists | sort -u); do
    file=$(find /usr/lib -name "lib$library.so" -o -name "lib$library.a" 2>/dev/null | sort | tail -n 1)
    owner "$file" "lib$library"
done

echo "$count libraries"
[ $count -ge 10 ] || failed=1
exit $failed
