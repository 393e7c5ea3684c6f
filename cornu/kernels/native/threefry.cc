// Which elements are kept, as a custom call of XLA.
#include <algorithm>

#include "kernels.h"
#include "parallel.h"

namespace ffi = xla::ffi;

namespace cornu {
namespace {

constexpr long kBlock = 1 << 14;  // elements; a power of two, so that no block crosses 2^32

ffi::Error Kept(ffi::ThreadPool pool, ffi::Buffer<ffi::U32> key, ffi::ResultBuffer<ffi::PRED> kept,
                int64_t bound) {
  const unsigned* words = key.typed_data();
  bool* out = kept->typed_data();
  const long count = static_cast<long>(kept->element_count());
  parallel_for(pool, (count + kBlock - 1) / kBlock, [=](long i) {
    const long first = i * kBlock;
    kernels().keep({words, first, static_cast<int>(std::min(kBlock, count - first)),
                    static_cast<unsigned>(bound), out + first});
  });
  return ffi::Error::Success();
}

}  // namespace
}  // namespace cornu

#pragma GCC visibility push(default)  // all else stays inside the library

XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_kept, cornu::Kept,
                              ffi::Ffi::Bind()
                                  .Ctx<ffi::ThreadPool>()
                                  .Arg<ffi::Buffer<ffi::U32>>()
                                  .Ret<ffi::Buffer<ffi::PRED>>()
                                  .Attr<int64_t>("bound"));
