# Shared by the scripts of the workshop; sourced, never run.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOOLS=$ROOT/.tools       # what the workshop installs for itself; git-ignored, safe to delete
VENV=$ROOT/.venv         # Python for the tests; git-ignored, safe to delete
LOGS=$ROOT/target/workshop
PATH=$TOOLS/bin:$PATH
export LC_ALL=C CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never} PIP_DISABLE_PIP_VERSION_CHECK=1 NO_COLOR=1

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# as_root COMMAND…: runs it as root, or fails with what to type by hand. Never waits for a password.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif have sudo && sudo -n true 2>/dev/null; then sudo -n "$@"
    else die "this needs root; please run: $*"; fi
}

# cargo_tool CRATE BINARY VERSION COST: puts BINARY into .tools/bin, unless that version is there or on the PATH.
# The unoptimised profile compiles several times faster, and these tools work on small input.
cargo_tool() {
    local crate=$1 binary=$2 version=$3 cost=$4 found
    found=$("$binary" --version 2>/dev/null | awk '{ print $NF; exit }') || found=
    if [ "$found" = "$version" ]; then say "$binary $version: already there ($(command -v "$binary"))"; return; fi
    say "$binary: installing $crate $version into .tools (found: ${found:-none}); compiles for $cost"
    # its own target folder, so that an interrupted build goes on where it stopped
    local build=$TOOLS/build/$crate
    install_with() {
        CARGO_TARGET_DIR=$build cargo install "$crate" --version "=$version" --bin "$binary" --root "$TOOLS" --force --quiet \
            --profile dev --config profile.dev.debug=false "$@"
    }
    # First with the versions its author tested. That fails at once when one of them was withdrawn since; then newer ones do.
    install_with --locked || { say "$binary: its lock file does not resolve any more, taking compatible versions"; install_with; } || return
    rm -rf "$build"
    say "$binary: $("$TOOLS/bin/$binary" --version)"
}

# field FILE KEY: the first `KEY = "VALUE"` of a TOML file; enough for the pins that we read.
field() { sed -n "s/^ *$2 *= *\"=\{0,1\}\([^\"]*\)\".*/\1/p" "$1" | head -1; }

# for_release: what is shipped names no folder of the machine that built it, so that the same source gives the same bytes anywhere.
for_release() {
    local between=$'\x1f' # cargo's separator for flags that may hold spaces
    export CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$ROOT=rampgate$between--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src=crates"
}
