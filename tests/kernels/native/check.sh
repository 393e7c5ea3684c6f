#!/bin/sh
# The native kernels called without Python, under sanitizers (make sanitize; about two minutes).
# Arguments are the sanitizers to use: "thread", then "address,undefined", if there are none.
set -eu
cd "$(dirname "$0")/../../.."
python=${PYTHON:-python}
compiler=${CXX:-c++}
headers=$("$python" -c 'import pathlib, jaxlib; print(pathlib.Path(jaxlib.__file__).parent / "include")')
[ $# -gt 0 ] || set -- thread address,undefined

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for sanitizer in "$@"; do
    flags="-O1 -g -fsanitize=$sanitizer -fno-sanitize-recover=all -fno-omit-frame-pointer"
    # shellcheck disable=SC2086 # several flags
    "$python" cornu/kernels/native/build.py "$folder" $flags >/dev/null
    # shellcheck disable=SC2086
    "$compiler" -std=c++17 $flags -isystem "$headers" tests/kernels/native/check.cc \
        "$folder/libcornu_kernels.so" -o "$folder/check" -pthread
    for isa in avx512 avx2 plain; do
        printf '%s, %s: ' "$sanitizer" "$isa"
        CORNU_NATIVE_ISA=$isa "$folder/check"
    done
done
