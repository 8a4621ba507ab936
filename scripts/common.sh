# shellcheck shell=bash
# What each script starts with: the root of the tree as working directory, and the system's own tools first, since
# pytest and Meson are installed for the system's python3 and not for one that a version manager has put before it.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Nothing but loopback is contacted, and no proxy may come between.
without_proxies() {
    unset http_proxy https_proxy ftp_proxy all_proxy no_proxy HTTP_PROXY HTTPS_PROXY FTP_PROXY ALL_PROXY NO_PROXY
}

# Configures DIRECTORY with Meson's OPTIONS unless it is. One that was configured and is no more is begun anew; Ninja
# itself notices when a meson.build has changed.
configure() {
    local directory=$1
    shift
    if [ -f "$directory/build.ninja" ]; then
        return
    fi
    if [ -f "$directory/meson-private/coredata.dat" ]; then
        set -- --wipe "$@"
    fi
    meson setup "$directory" "$@" || die "the configuration of $directory failed"
}

build() {
    configure "$@"
    ninja -C "$1" || die "the build in $1 failed"
}
