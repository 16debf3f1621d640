#!/bin/bash
# Builds the wheel into dist/ and installs it into .venv. Needs what `make setup` brings.
set -euo pipefail
. "$(dirname "$0")/../.ci/lib.sh"
cd "$ROOT/bindings-python"

[ -x "$VENV/bin/maturin" ] || die "no .venv with maturin; run: make setup"
for_release
cp "$ROOT/LICENSE-MIT" "$ROOT/LICENSE-APACHE" . # maturin takes them from this folder
rm -rf dist
# a target folder of its own: other flags than in the workspace's, and the two would rebuild each other's work
CARGO_TARGET_DIR=$ROOT/target/python "$VENV/bin/maturin" build --interpreter "$VENV/bin/python" --out dist
"$VENV/bin/python" -m pip install --quiet --no-input --no-index --no-deps --force-reinstall dist/*.whl
say "installed $(cd dist && echo *.whl), $(cat dist/*.whl | wc -c) bytes"
