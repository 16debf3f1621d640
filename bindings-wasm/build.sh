#!/bin/bash
# Builds dist/: an optimised module for each entry of the package, and the glue that belongs to it. Fails when one is too large.
# Needs what `make setup` brings.
set -euo pipefail
. "$(dirname "$0")/../.ci/lib.sh"
cd "$ROOT/bindings-wasm"
# KiB, gzipped, of each module that is meant for the edge
limit=128

[ -e "$TOOLS/wasm/env.sh" ] || die "no .tools/wasm/env.sh; run: make setup"
. "$TOOLS/wasm/env.sh"
for_release
rm -rf dist && mkdir dist

# module NAME FEATURE [LIMIT]: builds dist/NAME.wasm and dist/NAME.js
module() {
    local name=$1 feature=$2 most=$((${3:-$limit} * 1024)) raw small
    # shellcheck disable=SC2086 # several words, or none
    cargo build --profile module -p rampgate-wasm --no-default-features --features "$feature" --target wasm32-unknown-unknown ${WASM_BUILD_STD:-}
    wasm-bindgen "$CARGO_TARGET_DIR/wasm32-unknown-unknown/module/rampgate_wasm.wasm" --out-dir dist --out-name "$name" \
        --target web --omit-default-module-path --remove-name-section --remove-producers-section
    # nothing of Rust's reaches the lowest KiB by an address that wraps, so offsets can go into loads and stores
    node_modules/.bin/wasm-opt -O3 --converge --low-memory-unused "dist/${name}_bg.wasm" -o "dist/$name.wasm"
    rm "dist/${name}_bg.wasm" "dist/${name}_bg.wasm.d.ts"
    raw=$(wc -c < "dist/$name.wasm")
    small=$(gzip -9c "dist/$name.wasm" | wc -c)
    say "$name.wasm: $raw bytes, $small gzipped (limit $most)"
    [ "$small" -le "$most" ] || die "$name.wasm is too large: $small bytes gzipped, the limit is $most"
}

module core release
module flags flags
module compat compat
module analysis analysis
module log log
module planning planning
module planner planner
module simulation simulation 160 # for pages and scripts
module slo slo
cp "$ROOT/LICENSE-MIT" "$ROOT/LICENSE-APACHE" . # npm packs what is in this folder, and follows no links
