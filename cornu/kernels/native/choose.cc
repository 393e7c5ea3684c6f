// Picks the instruction set when the library is first used.
#include <cstdlib>
#include <cstring>

#include "kernels.h"

namespace cornu {

#ifdef CORNU_X86
namespace avx512 { extern const Kernels table; }
namespace avx2 { extern const Kernels table; }
#endif
namespace plain { extern const Kernels table; }

static const Kernels& choose() {
  const char* wanted = std::getenv("CORNU_NATIVE_ISA");
#ifdef CORNU_X86
  __builtin_cpu_init();
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  const bool middle = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (wide && (!wanted || !std::strcmp(wanted, "avx512"))) return avx512::table;
  if (middle && (!wanted || std::strcmp(wanted, "plain"))) return avx2::table;
#else
  (void)wanted;
#endif
  return plain::table;
}

const Kernels& kernels() {
  static const Kernels& chosen = choose();
  return chosen;
}

}  // namespace cornu
