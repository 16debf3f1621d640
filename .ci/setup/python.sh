#!/bin/bash
# Python packages for building and testing the wheel, in .venv: maturin, numpy, pytest, mypy. Costs 30 s and 200 MB the first time.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
requirements=$ROOT/bindings-python/requirements-dev.txt

python=${PYTHON:-python3}
have "$python" || die "no $python on the PATH; install Python 3.10 or newer"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2]); sys.exit(sys.version_info < (3, 10))') \
    || die "$python is $version, rampgate needs 3.10 or newer (PYTHON=python3.12 make setup picks another one)"
stamp=$VENV/.rampgate-stamp
now="$(cksum < "$requirements") python $version"
if [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && "$VENV/bin/python" -c '' 2>/dev/null; then say "python packages: already there"; exit; fi
say "python packages: installing maturin, numpy, pytest and mypy for Python $version into .venv (30 s, 200 MB)"
if ! "$python" -m venv --clear "$VENV" 2>/dev/null || ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
    # Debian ships the venv module without pip, which it has in a package of its own
    have apt-get || die "$python -m venv fails: $("$python" -m venv --clear "$VENV" 2>&1 | tail -3)"
    say "python packages: this python has no ensurepip, installing Debian's python$version-venv"
    as_root apt-get install -y -qq --no-install-recommends "python$version-venv" >/dev/null \
        || { as_root apt-get update -qq && as_root apt-get install -y -qq --no-install-recommends "python$version-venv" >/dev/null; }
    "$python" -m venv --clear "$VENV"
fi
"$VENV/bin/python" -m pip install --quiet --no-input --only-binary=:all: -r "$requirements"
printf '%s' "$now" > "$stamp"
