#!/bin/bash
# wasm-bindgen CLI, the very version that bindings-wasm/Cargo.toml pins. Costs 1 min and 24 MB the first time.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cargo_tool wasm-bindgen-cli wasm-bindgen "$(field "$ROOT/bindings-wasm/Cargo.toml" wasm-bindgen)" "about 1 min"
