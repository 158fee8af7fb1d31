#!/bin/sh
# Makes .venv hold one requirement set and our own package: install.sh run|demo|test.
# A stamp named after everything that went in makes the next call a few milliseconds long and free of network.
set -eu
cd "$(dirname "$0")/.."
set_name=$1
python=${PYTHON:-}
[ -n "$python" ] || { python=/usr/bin/python3; [ -x "$python" ] || python=python3; }
case ":${PATH}:" in *:/usr/sbin:*) ;; *) PATH=$PATH:/usr/sbin:/sbin ;; esac

key() { { pwd -P; cat "requirements/$1.txt" pyproject.toml requirements/install.sh; } | sha256sum | cut -c1-20; }
held() { [ -f ".venv/.holds-$1-$(key "$1")" ]; }

! held "$set_name" || exit 0
[ "$set_name" = test ] || ! held test || exit 0      # the test set contains the others, at the same pins

mkdir -p .tools
exec 9>.tools/venv.lock
if command -v flock >/dev/null; then flock 9; ! held "$set_name" || exit 0; fi     # two makes at once: the second waits and finds it done

say() { printf '%s\n' "$*" >&2; }
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    say "Python 3.11 or newer is needed and '$python' is not. Name one: PYTHON=/path/to/python3.11 make ..."
    exit 1
}
makes_environments() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }
makes_environments || sh requirements/system.sh python3-venv
makes_environments || { say "'$python' has no venv or ensurepip module; name another Python: PYTHON=/path/to/python3 make ..."; exit 1; }

# A user's pip settings about where to install would send packages past the environment; those about mirrors are kept.
unset PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_NO_DEPS PIP_DRY_RUN PIP_NO_BINARY PIP_ONLY_BINARY PIP_REQUIREMENT \
    PIP_EDITABLE PIP_PYTHON PIP_REQUIRE_VIRTUALENV PIP_IGNORE_INSTALLED PIP_REPORT PIP_QUIET PIP_VERBOSE PIP_NO_BUILD_ISOLATION \
    PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONUSERBASE PYTHONSAFEPATH VIRTUAL_ENV || :

here=$(pwd -P)
if [ "$(cat .venv/.place 2>/dev/null || :)" != "$here" ] || ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    rm -rf .venv                                      # moved, half made or of another Python: its scripts name a wrong place
    say "making .venv with $python"
    "$python" -m venv .venv
    printf '%s' "$here" >.venv/.place
fi
rm -f .venv/.holds-*
say "installing the $set_name requirements into .venv"
pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input -q "$@"; }
pip install --progress-bar off --require-hashes --only-binary :all: -r "requirements/$set_name.txt"
pip install --no-index --no-deps --no-build-isolation -e .
: >".venv/.holds-$set_name-$(key "$set_name")"
