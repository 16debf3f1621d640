#!/bin/bash
# Builds dist/: the optimised module core.wasm and the glue core.js that belongs to it. Fails when the module is too large.
# Needs what `make setup` brings.
set -euo pipefail
. "$(dirname "$0")/../.ci/lib.sh"
cd "$ROOT/bindings-wasm"
limit=$((120 * 1024)) # bytes, gzipped

[ -e "$TOOLS/wasm/env.sh" ] || die "no .tools/wasm/env.sh; run: make setup"
. "$TOOLS/wasm/env.sh"
for_release
# shellcheck disable=SC2086 # several words, or none
cargo build --profile module -p rampgate-wasm --target wasm32-unknown-unknown ${WASM_BUILD_STD:-}

rm -rf dist && mkdir dist
wasm-bindgen "$CARGO_TARGET_DIR/wasm32-unknown-unknown/module/rampgate_wasm.wasm" --out-dir dist --out-name core \
    --target web --omit-default-module-path --remove-name-section --remove-producers-section
node_modules/.bin/wasm-opt -O3 dist/core_bg.wasm -o dist/core.wasm
rm dist/core_bg.wasm dist/core_bg.wasm.d.ts
cp "$ROOT/LICENSE-MIT" "$ROOT/LICENSE-APACHE" . # npm packs what is in this folder, and follows no links

raw=$(wc -c < dist/core.wasm)
small=$(gzip -9c dist/core.wasm | wc -c)
say "core.wasm: $raw bytes, $small gzipped (limit $limit)"
[ "$small" -le "$limit" ] || die "core.wasm is too large: $small bytes gzipped, the limit is $limit"
