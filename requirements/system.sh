#!/bin/sh
# Makes Debian packages present: as root installs those that are missing, otherwise prints the one command and stops.
set -eu
missing=
for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null || :)" = installed ] || missing="$missing $name"
done
[ -n "$missing" ] || exit 0
command="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    printf '%s\n' "These Debian packages are needed:$missing" "Install them once with:" "    sudo $command" >&2
    exit 1
fi
printf '%s\n' "installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
apt-get -q update >/dev/null || printf '%s\n' "apt-get update failed; trying with the lists that are here" >&2
# shellcheck disable=SC2086  # package names hold no blanks
$command >/dev/null
