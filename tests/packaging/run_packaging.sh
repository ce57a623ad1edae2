#!/bin/sh
# What the system is given beside the programs: units, user, nginx, manuals, and the Debian package, which is installed, run and removed. Checks whose
# tool is not there are skipped, and say so.
set -eu
source=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
packaging=$source/scripts/packaging
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

fail() {
    printf 'FAILED: %s\n' "$*"
    failed=1
}

skip() {
    printf 'skipped: %s\n' "$*"
}

# tool NAME WHAT: is it there?
tool() {
    command -v "$1" >/dev/null 2>&1 || {
        skip "$2: there is no $1"
        return 1
    }
}

check_units() {
    tool systemd-analyze "units" || return 0
    mkdir "$work/units"
    for unit in "$packaging"/systemd/*; do
        sed "s|/usr/bin/qiao|$build/bin/qiao|" "$unit" >"$work/units/$(basename "$unit")"
    done
    systemd-analyze verify --man=no --recursive-errors=no "$work"/units/qiao-api.service "$work"/units/qiao-nightly.service "$work"/units/qiao-nightly.timer \
        >"$work/verify" 2>&1 || fail "systemd-analyze verify: $(cat "$work/verify")"
    ! grep -q 'units/' "$work/verify" || fail "systemd-analyze verify: $(cat "$work/verify")"
    for unit in qiao-api:15 qiao-nightly:25; do # tenths of the exposure that is allowed
        systemd-analyze security --offline=true --no-pager "$work/units/${unit%:*}.service" >"$work/security" 2>&1 || true
        level=$(sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\) .*/\1/p' "$work/security")
        echo "exposure of ${unit%:*}.service: ${level:-unknown}"
        [ -n "$level" ] && [ "$(echo "$level" | tr -d .)" -le "${unit#*:}" ] || fail "${unit%:*}.service is exposed by $level: $(tail -n 3 "$work/security")"
    done
    systemd-analyze calendar '*-*-* 02:30:00 Asia/Shanghai' >/dev/null || fail "the calendar of the timer"
}

check_users() {
    tool systemd-sysusers "users" || return 0
    mkdir -p "$work/system/etc"
    systemd-sysusers --root="$work/system" "$packaging/qiao.sysusers" >/dev/null 2>&1 || fail "systemd-sysusers"
    grep -q '^qiao:' "$work/system/etc/passwd" || fail "no user qiao was made"
    grep -q '^qiao:.*www-data' "$work/system/etc/group" || fail "nginx is not in the group"
}

check_nginx() {
    tool nginx "nginx" || tool /usr/sbin/nginx "nginx" || return 0
    tool openssl "nginx" || return 0
    mkdir -p "$work/nginx"
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=qiao.example.org -keyout "$work/nginx/key" -out "$work/nginx/certificate" 2>/dev/null
    {
        echo "pid $work/nginx/pid; error_log stderr; events {} http { client_body_temp_path $work/nginx/body; proxy_temp_path $work/nginx/proxy;"
        echo "fastcgi_temp_path $work/nginx/f; uwsgi_temp_path $work/nginx/u; scgi_temp_path $work/nginx/s; access_log off;"
        sed "s|/etc/ssl/certs/qiao.pem|$work/nginx/certificate|; s|/etc/ssl/private/qiao.key|$work/nginx/key|" "$packaging/nginx/qiao.conf"
        echo "}"
    } >"$work/nginx/conf"
    PATH=$PATH:/usr/sbin nginx -t -q -c "$work/nginx/conf" 2>"$work/nginx/said" || fail "nginx -t: $(cat "$work/nginx/said")"
}

check_manuals() {
    for option in $("$build/bin/qiao-api" --help --lang en | sed -n 's/^  --\([a-z-]*\).*/\1/p'); do
        grep -q "^\.It Fl Fl $option\( \|$\)" "$packaging/man/qiao-api.8" || fail "qiao-api(8) does not tell of --$option"
    done
    for command in $("$build/bin/qiao-indexer" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
        grep -q "^\.It Cm $command$" "$packaging/man/qiao-indexer.8" || fail "qiao-indexer(8) does not tell of $command"
    done
    tool mandoc "form of the manuals" || return 0
    for page in "$packaging"/man/*.8; do
        mandoc -T lint -W warning "$page" >"$work/lint" || true
        ! grep -E 'WARNING|ERROR|UNSUPP' "$work/lint" || fail "mandoc -T lint $(basename "$page")"
    done
}

# Installs into a folder of its own (no root of the machine is touched), runs what was installed, removes it.
check_package() {
    tool cpack "package" && tool dpkg "package" && tool dpkg-shlibdeps "package" || return 0
    (cd "$work" && cpack -G DEB --config "$build/CPackConfig.cmake" -B "$work/deb") >"$work/cpack" 2>&1 || {
        fail "cpack: $(tail -n 20 "$work/cpack")"
        return 0
    }
    deb=$(find "$work/deb" -maxdepth 1 -name 'qiao_*.deb')
    dpkg --info "$deb" | grep -q '^ Depends:.*libmicrohttpd12' || fail "the package does not depend on its libraries"
    root=$work/root
    mkdir -p "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$root/etc"
    : >"$root/var/lib/dpkg/status"
    in_root() {
        dpkg --root="$root" --force-not-root --force-depends --force-script-chrootless --log="$work/dpkg.log" "$@" >"$work/dpkg" 2>&1 || fail "dpkg $1: $(cat "$work/dpkg")"
    }
    in_root --install "$deb"
    [ "$("$root/usr/bin/qiao-api" --version)" = "$("$build/bin/qiao-api" --version)" ] || fail "qiao-api --version of the package"
    "$root/usr/bin/qiao-api" --check-config --config "$root/etc/qiao/qiao-api.conf" | grep -q '^listen = unix:/run/qiao/api.sock ' || fail "the configuration of the package"
    "$root/usr/bin/qiao-indexer" import --data "$work/data" "$source"/fixtures/projects/*.ndjson >/dev/null 2>&1 || fail "import with the package"
    "$root/usr/bin/qiao-indexer" build --data "$work/data" >/dev/null 2>&1 || fail "build with the package"
    echo "threads = 1" >>"$root/etc/qiao/qiao-api.conf"
    in_root --install "$deb"
    grep -q '^threads = 1' "$root/etc/qiao/qiao-api.conf" || fail "an upgrade wrote over the operator's configuration"
    in_root --remove qiao
    [ ! -e "$root/usr/bin/qiao-api" ] && [ ! -e "$root/usr/lib/systemd/system/qiao-api.service" ] || fail "the package left programs behind"
    [ -e "$root/etc/qiao/qiao-api.conf" ] || fail "to remove is not to purge"
    in_root --purge qiao
    [ ! -e "$root/etc/qiao" ] || fail "a purge left the configuration"
    tool lintian "form of the package" || return 0
    lintian --fail-on none --tag-display-limit 0 "$deb" 2>/dev/null | grep '^E:' >"$work/lintian" || true
    ! grep -vE 'no-changelog|bogus-mail-host|root-in-contact' "$work/lintian" || fail "lintian" # the contact is for who builds it to name
}

check_units
check_users
check_nginx
check_manuals
check_package
exit $failed
