#!/bin/bash
# Rust: checks that there is a compiler which is new enough, with rustfmt and clippy. Adds missing components through rustup.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
cd "$ROOT"

want=$(field Cargo.toml rust-version)
have cargo || die "no cargo on the PATH. Install Rust $want or newer: https://rustup.rs"
cargo --version >/dev/null 2>&1 || {
    have rustup || die "cargo does not run: $(cargo --version 2>&1 | head -1)"
    say "rust: installing the stable toolchain through rustup (about 1 min, 600 MB)"
    rustup toolchain install stable --profile minimal --component clippy,rustfmt
    rustup default stable
}
version=$(rustc --version | awk '{ print $2 }')
[ "$(printf '%s\n' "$want" "${version%%-*}" | sort -V | head -1)" = "$want" ] \
    || die "rustc $version is older than $want, which the workspace needs. With rustup: rustup update"
for component in clippy rustfmt; do
    case $component in clippy) program=cargo-clippy ;; *) program=$component ;; esac
    if ! "$program" --version >/dev/null 2>&1; then
        have rustup || die "$program is missing; install it beside rustc $version"
        say "rust: adding $component through rustup (about 10 s)"
        timeout 120 rustup component add "$component"
    fi
done
say "rust: $(rustc --version), clippy and rustfmt are there"
