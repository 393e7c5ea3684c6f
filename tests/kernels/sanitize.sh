#!/bin/sh
# The kernels' tests with every read and write of the native library checked (make sanitize).
# Each instruction set that the machine has is run, or those in ISA; arguments go to pytest. About five
# minutes for each on one core: what native/check.sh finds, it finds much sooner.
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python}
compiler=${CXX:-c++}

# Built into the checkout, because that is where the library is looked for; put right at the end.
trap '"$python" cornu/kernels/native/build.py >/dev/null' EXIT
"$python" cornu/kernels/native/build.py cornu/kernels/native \
    -O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g

# Python itself is not instrumented: its own leaks are no news, and the runtime must be first.
for isa in ${ISA:-avx512 avx2 plain}; do
    echo "== $isa"
    CORNU_NATIVE_ISA=$isa ASAN_OPTIONS=detect_leaks=0 \
        LD_PRELOAD="$("$compiler" -print-file-name=libasan.so) $("$compiler" -print-file-name=libubsan.so)" \
        "$python" -m pytest -q -p no:cacheprovider tests/kernels -k "(native or one_dimension or pool or winograd or upsampled or rectified) and not test_native" "$@"
done
