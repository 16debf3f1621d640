#!/bin/bash
# The standard library for wasm32-unknown-unknown, and .tools/wasm/env.sh, which wasm builds source in a subshell.
#
# 1. The compiler on the PATH has it, or `rustup target add` brings it: 5 s, 80 MB.
# 2. A Debian machine whose rustup cannot reach its server: Debian's rustc-web, unpacked into .tools and not installed, with its
#    std sources, which cargo compiles with the first wasm build. 1 min and 1 GB, then 1 min more for that first build.
# WASM_FORCE_DEBIAN=1 takes the second way even where the first would do, to test it.
set -euo pipefail
. "$(dirname "$0")/../lib.sh"
target=wasm32-unknown-unknown
dir=$TOOLS/wasm

std_is_here() { compgen -G "$(rustc --print target-libdir --target "$target" 2>/dev/null)/libcore-*.rlib" >/dev/null; }

use_path_compiler() {
    mkdir -p "$dir"
    cat > "$dir/env.sh" <<'W'
# the compiler on the PATH has std for wasm
export CARGO_TARGET_DIR="$ROOT/target/wasm" WASM_BUILD_STD=
W
    say "wasm std: $1"
}

if [ -z "${WASM_FORCE_DEBIAN:-}" ]; then
    if std_is_here; then use_path_compiler "already there ($(rustc --version))"; exit; fi
    if have rustup && [ ! -e "$dir/.unpacked" ]; then
        say "wasm std: rustup target add $target (5 s, 80 MB; given up after 2 min)"
        if timeout 120 rustup target add "$target" && std_is_here; then use_path_compiler "by rustup"; exit; fi
        say "wasm std: rustup could not bring it"
    fi
fi

if [ ! -e "$dir/.unpacked" ]; then
    have apt-get && have dpkg-deb || die "no std for $target: rustup could not bring it, and this is no Debian to take it from.
    With rustup: rustup target add $target"
    apt-cache show rustc-web >/dev/null 2>&1 || as_root apt-get update -qq
    apt-cache show rustc-web >/dev/null 2>&1 || die "no std for $target: rustup could not bring it, and this Debian has no rustc-web"
    say "wasm std: unpacking Debian's rustc-web into .tools/wasm (1 min, 1 GB; nothing is installed)"
    # what a package needs, of the names that match
    needs() { apt-cache depends --no-recommends --no-suggests "$1" | awk -v want="^$2\$" '$1 == "Depends:" && $2 ~ want && !n++ { print $2 }'; }
    library=$(needs libstd-rust-web-dev 'libstd-rust-web-[0-9.]*') # the compiler's own, with its version in its name
    llvm=$(needs "$library" 'libllvm[0-9]*')
    lld=lld-${llvm#libllvm}
    [ -n "$library" ] && [ -n "$llvm" ] || die "Debian's rustc-web depends on other packages than it did; look at: apt-cache depends rustc-web"
    packages=(rustc-web libstd-rust-web-dev "$library" rust-web-src "$llvm" "$lld")
    # libraries that LLVM itself needs and a small machine may lack
    for extra in $(apt-cache depends --no-recommends --no-suggests "$llvm" "$lld" | sed -n 's/^ *Depends: \(lib[a-z0-9.+-]*\)$/\1/p' | sort -u); do
        dpkg -s "$extra" >/dev/null 2>&1 || [ "$extra" = "$llvm" ] || packages+=("$extra")
    done
    rm -rf "$dir"; mkdir -p "$dir/deb"
    (cd "$dir/deb" && apt-get download -qq "${packages[@]}" 2>"$dir/apt.log") || { cat "$dir/apt.log" >&2; die "apt-get download failed"; }
    for package in "$dir"/deb/*.deb; do dpkg-deb -x "$package" "$dir"; done
    rm -rf "$dir/deb"
    touch "$dir/.unpacked"
fi

driver=$(compgen -G "$dir/usr/lib/*/librustc_driver-*.so" | head -1)
linker=$(compgen -G "$dir/usr/lib/llvm-*/bin/wasm-ld" | head -1)
[ -n "$driver" ] && [ -n "$linker" ] || die "Debian's packages are laid out in a new way; look into $dir/usr/lib"
libraries=\$D/${driver#"$dir"/}; libraries=${libraries%/*}
wrap() { # NAME PROGRAM ARGUMENTS: a script that runs what was unpacked, with the libraries that were unpacked
    printf '#!/bin/sh\nD=$(dirname "$(readlink -f "$0")")\nLD_LIBRARY_PATH=%s exec "$D/%s" %s "$@"\n' "$libraries" "$2" "$3" > "$dir/$1"
    chmod +x "$dir/$1"
}
wrap rustc usr/bin/rustc '--sysroot "$D/usr"'
wrap wasm-ld "${linker#"$dir"/}" ''
cat > "$dir/env.sh" <<'W'
# Debian's compiler builds std itself; a target folder of its own, since two compilers that share one rebuild each other's work
export RUSTC="$ROOT/.tools/wasm/rustc" RUSTC_BOOTSTRAP=1 WASM_BUILD_STD='-Z build-std=std,panic_abort'
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER="$ROOT/.tools/wasm/wasm-ld" CARGO_TARGET_DIR="$ROOT/target/wasm-debian"
W
"$dir/wasm-ld" --version >/dev/null || die "Debian's wasm-ld does not run"
say "wasm std: from Debian's sources, $("$dir/rustc" --version)"
