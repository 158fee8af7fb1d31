#!/bin/sh
# Unpacks MicroPython's types for the RP2040 into typings/, where only the firmware's pyright project looks.
set -eu
cd "$(dirname "$0")/.."
stamp=typings/.holds-$(cat requirements/stubs.txt requirements/firmware_stubs.sh | sha256sum | cut -c1-20)
[ ! -f "$stamp" ] || exit 0
printf '%s\n' "installing MicroPython's types into typings" >&2
rm -rf typings
unset PIP_USER PIP_TARGET PIP_PREFIX PIP_ROOT PIP_CONSTRAINT PIP_DRY_RUN PIP_NO_BINARY PIP_ONLY_BINARY PIP_REQUIREMENT PYTHONPATH PYTHONHOME || :
.venv/bin/python -m pip --disable-pip-version-check --no-input -q install --progress-bar off --no-deps --no-compile \
    --require-hashes --only-binary :all: --target typings -r requirements/stubs.txt
# The package's io.pyi asks for _io.pyi and does not bring it; pyright's own copy gives `open` its types.
cp "$(find .venv/lib -path '*/pyright/dist/dist/typeshed-fallback/stdlib/_io.pyi' | head -n1)" typings/stdlib/
: >"$stamp"
