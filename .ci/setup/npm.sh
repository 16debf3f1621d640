#!/bin/bash
# npm packages of bindings-wasm: wasm-opt (binaryen), workerd, typescript. Costs 20 s and 300 MB the first time.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$ROOT/bindings-wasm"

have node || die "no node on the PATH; install Node 20 or newer: https://nodejs.org"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || die "node $(node --version) is older than 20"
stamp=node_modules/.rampgate-stamp
now="$(cksum < package-lock.json) node $major $(uname -sm)"
if [ "$(cat "$stamp" 2>/dev/null)" = "$now" ]; then say "npm packages: already there"; exit; fi
have npm || die "no npm on the PATH; it comes with Node, or with Debian's package npm"
say "npm packages: installing binaryen, workerd and typescript into bindings-wasm/node_modules (20 s, 300 MB)"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
printf '%s' "$now" > "$stamp"
