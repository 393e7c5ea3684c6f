// The gradient of a bias and a rectifier as one custom call of XLA.
#include <algorithm>
#include <vector>

#include "buffers.h"
#include "kernels.h"
#include "parallel.h"

namespace cornu {
namespace {

constexpr long kBlockFloats = 1 << 14;  // of each array at a time

// Sums of blocks are added in order, so that the same sizes give the same bits.
ffi::Error RectifiedGradient(ffi::ThreadPool pool, Buffer y, Buffer d, Result out, Result sums) {
  const long channels = y.dimensions().back();
  std::fill_n(sums->typed_data(), channels, 0.0f);
  if (!y.element_count()) return ffi::Error::Success();
  const long rows = static_cast<long>(y.element_count()) / channels;
  const long block = std::max(1L, kBlockFloats / channels), blocks = (rows + block - 1) / block;
  std::vector<float> parts(static_cast<size_t>(blocks * channels), 0.0f);
  parallel_for(pool, blocks, [&, channels, rows, block](long i) {
    const long first = i * block, place = first * channels;
    kernels().rectified_gradient({y.typed_data() + place, d.typed_data() + place,
                                  out->typed_data() + place, std::min(block, rows - first),
                                  channels, parts.data() + i * channels});
  });
  for (long i = 0; i < blocks; i++)
    for (long c = 0; c < channels; c++) sums->typed_data()[c] += parts[i * channels + c];
  return ffi::Error::Success();
}

}  // namespace
}  // namespace cornu

#pragma GCC visibility push(default)  // all else stays inside the library

XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_rectified_gradient, cornu::RectifiedGradient,
                              CORNU_CALL CORNU_ARRAY CORNU_ARRAY CORNU_RESULT CORNU_RESULT);
