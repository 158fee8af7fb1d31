#!/bin/sh
# get_micropython.sh DIR: makes DIR/micropython, the real MicroPython 1.25 unix port, without compiling and without touching the system.
# The packages come from Debian trixie through a private apt state; apt checks the archive's signature. DIR may hold blanks and may move.
set -eu
suite=${SUITE:-trixie}
keyring=${KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}
mkdir -p "$1"
dir=$(cd "$1" && pwd)
if [ -x "$dir/micropython" ] && "$dir/micropython" -c pass 2>/dev/null; then exit 0; fi
stop() { printf '%s\n' "MicroPython for the board tests: $1" >&2; exit 1; }
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || stop "apt-get and dpkg-deb are needed (Debian or a relative of it)"
[ -r "$keyring" ] || stop "no $keyring (package debian-archive-keyring)"

apt_uri() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | grep -v security | head -n1; }
mirror=${MIRROR:-$(apt_uri)}                     # the host that is already in the system's sources
[ -n "$mirror" ] || mirror=$(cat /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null |
    grep -o '[a-z]*://[^ ]*/debian/\{0,1\}$' | head -n1)     # no lists yet
[ -n "$mirror" ] || stop "no Debian mirror in apt's sources; name one: MIRROR=... make test"

state=$(mktemp -d)                               # apt does not like blanks in its own paths
trap 'rm -rf "$state"' EXIT
mkdir -p "$state/lists/partial" "$state/archives/partial"
: >"$state/status"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$state/sources.list"
cat >"$state/apt.conf" <<X
Dir::Etc::sourcelist "$state/sources.list"; Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null"; Dir::Etc::preferencesparts "/dev/null";
Dir::State "$state"; Dir::State::lists "$state/lists"; Dir::State::status "$state/status";
Dir::Cache::archives "$state/archives"; Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";
Acquire::Languages "none"; APT::Sandbox::User "";
X
export APT_CONFIG="$state/apt.conf"
apt-get -q update >"$state/log" 2>&1 &&
    apt-get -q -y --download-only --no-install-recommends install micropython >>"$state/log" 2>&1 ||
    { tail -n 5 "$state/log" >&2; stop "could not be fetched from $mirror $suite"; }

rm -rf "$dir/root" "$dir/new"
mkdir "$dir/new"
for package in "$state"/archives/*.deb; do dpkg-deb -x "$package" "$dir/new"; done
mv "$dir/new" "$dir/root"
cd "$dir"
loader=$(find root -name 'ld-linux*.so.*' ! -type l | head -n1)
[ -n "$loader" ] || loader=$(find root -name 'ld-linux*.so.*' | head -n1)
libraries=$(dirname "$(find root -name libc.so.6 | head -n1)")
cat >micropython <<X
#!/bin/sh
d=\${0%/*}
exec "\$d/$loader" --library-path "\$d/$libraries" "\$d/root/usr/bin/micropython" "\$@"
X
chmod 755 micropython
"$dir/micropython" -c 'import sys; print(sys.implementation, sys.platform)' >&2
