// The gradient of maximum pooling as a custom call of XLA. (Forward, a few slices are faster.)
//
// Data are (batch, depth, height, width, channels). Windows that reach beyond the data look at
// fewer taps. An image is one task.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "buffers.h"
#include "kernels.h"
#include "parallel.h"

namespace cornu {
namespace {

using Numbers = ffi::Span<const int64_t>;

struct Pool {
  long in[3], out[3], window[3], stride[3], low[3], channels;

  Pool(const int64_t* x, const int64_t* y, Numbers windows, Numbers strides, Numbers lows) {
    for (int i = 0; i < 3; i++) {
      in[i] = x[1 + i];
      out[i] = y[1 + i];
      window[i] = windows[i];
      stride[i] = strides[i];
      low[i] = lows[i];
    }
    channels = x[4];
  }

  long image() const { return in[0] * in[1] * in[2] * channels; }
  long outputs() const { return out[0] * out[1] * out[2] * channels; }

  struct Range {
    long begin, end;
  };
  Range seen(int i, long position) const {
    const long first = position * stride[i] - low[i];
    return {std::max(first, 0L), std::min(first + window[i], in[i])};
  }
  bool inside(long position) const {
    const long first = position * stride[2] - low[2];
    return first >= 0 && first + window[2] <= in[2];
  }

  // Calls each(first window, count, taps) for windows of one row that look at the same taps.
  template <class Each>
  void row(long d, long h, Each&& each) const {
    std::vector<long> taps;
    for (long w = 0; w < out[2];) {
      long count = 1;
      if (inside(w))
        while (w + count < out[2] && inside(w + count)) count++;
      const Range depths = seen(0, d), heights = seen(1, h), widths = seen(2, w);
      taps.clear();
      for (long i = depths.begin; i < depths.end; i++)
        for (long j = heights.begin; j < heights.end; j++)
          for (long k = widths.begin; k < widths.end; k++)
            taps.push_back(((i * in[1] + j) * in[2] + k) * channels);
      each(w, count, taps);
      w += count;
    }
  }
};

ffi::Error MaximumGradient(ffi::ThreadPool pool, Buffer x, Buffer d, Result dx, Numbers window,
                           Numbers strides, Numbers low) {
  const Pool p(x.dimensions().begin(), d.dimensions().begin(), window, strides, low);
  const float *in = x.typed_data(), *up = d.typed_data();
  float* out = dx->typed_data();
  parallel_for(pool, x.dimensions()[0], [&p, in, up, out](long image) {
    std::fill_n(out + image * p.image(), p.image(), 0.0f);
    const float* from = up + image * p.outputs();
    for (long d = 0; d < p.out[0]; d++)
      for (long h = 0; h < p.out[1]; h++)
        p.row(d, h, [&](long w, long count, const std::vector<long>& taps) {
          kernels().pool_gradient_row(
              {in + image * p.image(), p.stride[2] * p.channels, count, taps.data(),
               static_cast<int>(taps.size()),
               from + ((d * p.out[1] + h) * p.out[2] + w) * p.channels, out + image * p.image(),
               p.channels});
        });
  });
  return ffi::Error::Success();
}

}  // namespace
}  // namespace cornu

#pragma GCC visibility push(default)  // all else stays inside the library

XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_max_pool_gradient, cornu::MaximumGradient,
                              CORNU_CALL CORNU_ARRAY CORNU_ARRAY CORNU_RESULT
                                  .Attr<ffi::Span<const int64_t>>("window")
                                  .Attr<ffi::Span<const int64_t>>("strides")
                                  .Attr<ffi::Span<const int64_t>>("low"));
