#!/bin/bash
# cargo-deny: bans, licences and sources of dependencies. Costs 1 to 2 min and 60 MB the first time.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cargo_tool cargo-deny cargo-deny 0.20.2 "1 to 2 min"
