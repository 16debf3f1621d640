#!/bin/bash
# test.sh [PART…]: sets up what is missing, runs parts, and ends with one summary line. Without PART: all.
#
# A part is a check, which passes or fails as one, or a suite, whose tests are counted from its own report. A suite that ends badly
# without a failed test counts as one failure, and so does one that ran no tests. Nothing stops at the first failure.
# Logs: target/workshop/PART.log. Counts: target/workshop/summary, as "PASSED FAILED".
set -uo pipefail
. "$(dirname "$0")/lib.sh"
cd "$ROOT" || exit

# part, kind it is counted as, what it needs from .ci/setup
declare -A kind=(
    [fmt]=checks [clippy]=checks [deny]=checks [docs]=checks [js-types]=checks [python-types]=checks
    [floors]=rust [rust]=rust [wasm]=wasm [python]=python
)
declare -A needs=(
    [fmt]=rust [clippy]="rust" [deny]="rust cargo-deny" [docs]=rust [floors]=rust [rust]=rust
    [wasm]="rust wasm-std wasm-bindgen npm" [js-types]="rust wasm-std wasm-bindgen npm"
    [python]="rust python" [python-types]="rust python"
)
all=(fmt clippy deny docs rust wasm js-types python python-types)

# where nobody looks at a changed Cargo.lock, it must not change
locked=(${CI:+--locked})

run_fmt() { cargo fmt --all --check; }
# the optional features of the core first, then as it is built by default
run_clippy() {
    cargo clippy "${locked[@]}" --workspace --all-targets --all-features --quiet -- -D warnings &&
        cargo clippy "${locked[@]}" -p rampgate --all-targets --quiet -- -D warnings
}
run_deny() { cargo-deny --workspace check bans licenses sources; }
run_docs() { RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --all-features --quiet && say "target/doc/rampgate/index.html"; }
run_floors() { cargo test --quiet -p rampgate --test floors; }
# the bindings are tested from their own languages
run_rust() {
    cargo test "${locked[@]}" --workspace --exclude rampgate-wasm --exclude rampgate-python --all-features --no-fail-fast &&
        cargo test "${locked[@]}" -p rampgate --lib
}
run_wasm() {
    bash bindings-wasm/build.sh && cd bindings-wasm && node --test --test-reporter=spec --test-reporter-destination=stdout \
        --test-reporter=tap --test-reporter-destination="$LOGS/wasm.tap" test/*.test.js
}
run_js-types() { [ -e bindings-wasm/dist/core.d.ts ] || bash bindings-wasm/build.sh && cd bindings-wasm && node_modules/.bin/tsc -p tsconfig.json; }
run_python() { bash bindings-python/build.sh && cd bindings-python && "$VENV/bin/python" -m pytest --junitxml="$LOGS/python.xml"; }
run_python-types() {
    "$VENV/bin/python" -c 'import rampgate' 2>/dev/null || bash bindings-python/build.sh || return
    cd bindings-python && "$VENV/bin/python" -m mypy && "$VENV/bin/python" -m mypy.stubtest rampgate._native --mypy-config-file pyproject.toml
}

# count KIND PART: prints "passed failed skipped" of a suite, from its report
count() {
    case $1 in
    rust) awk '/^test result: / { p += $4; f += $6; s += $8 } END { print p + 0, f + 0, s + 0 }' "$LOGS/$2.log" ;;
    wasm) awk '/^# (pass|fail|cancelled|skipped|todo) / { n[$2] = $3 } END { print n["pass"] + 0, n["fail"] + n["cancelled"], n["skipped"] + n["todo"] }' "$LOGS/wasm.tap" ;;
    python)
        "$VENV/bin/python" - "$LOGS/python.xml" <<'P'
import sys
from xml.etree import ElementTree

suites = list(ElementTree.parse(sys.argv[1]).iter("testsuite"))
total, failed, errors, skipped = (sum(int(s.get(k, 0)) for s in suites) for k in ("tests", "failures", "errors", "skipped"))
print(total - failed - errors - skipped, failed + errors, skipped)
P
        ;;
    esac
}

began=$SECONDS
[ $# -gt 0 ] || set -- "${all[@]}"
mkdir -p "$LOGS"
rm -f "$LOGS/summary"

wanted=()
for part in "$@"; do
    [ -n "${kind[$part]:-}" ] || die "no part '$part'; there are: ${all[*]} floors"
    for need in ${needs[$part]}; do [[ " ${wanted[*]} " == *" $need "* ]] || wanted+=("$need"); done
done
say "== setup"
bash .ci/setup.sh "${wanted[@]}"
unready=" $(awk -F'\t' '$2 != "ready" { printf "%s ", $1 }' "$LOGS/setup.tsv")"

declare -A passed=() failed=() note=()
kinds=()
skipped=0
table=
for part in "$@"; do
    is=${kind[$part]}
    [[ " ${kinds[*]} " == *" $is "* ]] || kinds+=("$is")
    missing=
    for need in ${needs[$part]}; do [[ $unready == *" $need "* ]] && missing=$need && break; done
    printf "\n== %s\n" "$part"
    from=$SECONDS p=0 f=0 s=0 outcome=
    if [ -n "$missing" ]; then
        f=1 outcome="did not run: no $missing"
        note[$is]+=", $part did not run: no $missing"
        say "$outcome (see setup above)"
    else
        rm -f "$LOGS/$part.log" "$LOGS/$part.tap" "$LOGS/$part.xml"
        ("run_$part") < /dev/null 2>&1 | tee "$LOGS/$part.log"
        code=${PIPESTATUS[0]}
        if [ "$is" = checks ]; then
            if [ "$code" = 0 ]; then p=1; else f=1 note[$is]+=", $part failed"; fi
        else
            read -r p f s < <(count "$is" "$part" 2>/dev/null) || p=0 f=0 s=0
            if [ "$f" = 0 ] && { [ "$code" != 0 ] || [ "$p" = 0 ]; }; then
                f=1 note[$is]+=", $part ended with status $code after $p tests"
            fi
        fi
        outcome="$p passed, $f failed"
        [ "$s" = 0 ] || outcome+=", $s skipped"
    fi
    passed[$is]=$((${passed[$is]:-0} + p)) failed[$is]=$((${failed[$is]:-0} + f)) skipped=$((skipped + s))
    table+=$(printf '%-14s %7ss  %s' "$part" "$((SECONDS - from))" "$outcome")$'\n'
done

printf "\n%s\n" "$table"
good=0 bad=0 shares=
for is in "${kinds[@]}"; do
    good=$((good + ${passed[$is]})) bad=$((bad + ${failed[$is]}))
    shares+=", $is ${passed[$is]}${note[$is]:-}"
done
[ "$skipped" = 0 ] || shares+=", $skipped skipped"
printf '%s %s\n' "$good" "$bad" > "$LOGS/summary"
say "rampgate: $good passed, $bad failed (${shares#, }) in $((SECONDS - began)) s"
[ "$bad" = 0 ]
