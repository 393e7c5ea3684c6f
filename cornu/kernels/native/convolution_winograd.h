// Convolutions with 3x3 windows by Winograd's F(2x2, 3x3): 16 products for 4 outputs, not 36.
//
// A square of 4x4 data and the 3x3 weights are each taken to 16 frequencies, where they are
// multiplied: 16 matrix products over the channels. Additions apart, transforms multiply by 1/2 and
// 1/4 alone, so that the result is about as exact as the direct one (twice its rounding error). What
// is not finite spreads over the four outputs of its square.
// Lavin and Gray 2016, arXiv:1509.09308, section 4.1.
#pragma once

#include <vector>

#include "convolution_geometry.h"
#include "parallel.h"

namespace cornu {

class Winograd {
 public:
  // The weights of all frequencies must stay in the cache beside the data, squares that reach
  // beyond the outputs are work for nothing, and few channels make the transforms expensive.
  static bool suits(const Axis (&axes)[3], long seen, long made) {
    const long lanes = kernels().lanes;
    if (axes[0].taps.size() != 1 || axes[0].taps[0].offset || seen % lanes || made % lanes)
      return false;
    for (int i = 1; i < 3; i++) {
      const Axis& axis = axes[i];
      if (axis.stride != 1 || axis.step != 1 || axis.taps.size() != 3) return false;
      for (long tap = 0; tap < 3; tap++)
        if (axis.taps[tap].offset != tap) return false;
    }
    const long outputs = axes[1].count * axes[2].count;
    return seen >= kFewest && made >= kFewest && seen * made <= kLargest &&
           4 * outputs >= 3 * (4 * tiles(axes[1].count) * tiles(axes[2].count));
  }

  // at(i, j, c, k): the weight of a tap, a seen channel and an output channel.
  template <class At>
  Winograd(xla::ffi::ThreadPool& pool, long seen, long made, const At& at)
      : seen_(seen), made_(made), panels_(panels_of(made, seen)) {
    weights_.resize(static_cast<size_t>(16 * seen * made));
    parallel_for(pool, seen, [this, &at](long c) {
      for (const Panel& panel : panels_)
        for (long k = 0; k < panel.valid; k++)
          pack([&](int i, int j) { return at(i, j, c, panel.first + k); },
               weights_.data() + panel.offset + c * panel.valid + k);
    });
  }

  static long tiles(long outputs) { return (outputs + 1) / 2; }

  // Rows of tiles of one task, such that their frequencies fit the cache.
  long tile_rows(long columns) const {
    return std::max(1L, kCachedFloats / (16 * (seen_ + made_) * tiles(columns)));
  }

  // Some rows of outputs from data that begin with the first window; both lie row after row.
  void compute(const View& x, float* y, long y_row, long rows, long columns, const float* bias,
               bool rectify) const {
    const long down = tiles(rows), across = tiles(columns), count = down * across;
    // Sixteen more floats: steps of a power of two would meet in the same sets of the cache.
    const long in_step = count * seen_ + 16, out_step = count * made_ + 16;
    static thread_local std::vector<float> frequencies;
    if (frequencies.size() < static_cast<size_t>(16 * (in_step + out_step)))
      frequencies.resize(static_cast<size_t>(16 * (in_step + out_step)));
    float *in = frequencies.data(), *out = in + 16 * in_step;
    kernels().winograd_input({x.data, nullptr, x.row, in, in_step, seen_, down, across, rows,
                              columns, nullptr, false});
    const Run run{0, seen_};
    for (long f = 0; f < 16; f++)
      for (const Panel& panel : panels_)
        kernels().row({in + f * in_step, seen_, count, &run, 1,
                       weights_.data() + f * seen_ * made_ + panel.offset, panel.vectors,
                       out + f * out_step + panel.first, made_, panel.valid, false, nullptr, false});
    kernels().winograd_output(
        {nullptr, y, y_row, out, out_step, made_, down, across, rows, columns, bias, rectify});
  }

 private:
  static constexpr long kFewest = 32, kLargest = 64 * 128;
  static constexpr long kCachedFloats = 1 << 17;  // 512 KiB: half of a usual L2

  // The frequencies of one 3x3 window: G g G^T.
  template <class Window>
  void pack(const Window& g, float* to) const {
    float half[4][3];
    for (int j = 0; j < 3; j++) {
      half[0][j] = g(0, j);
      half[1][j] = 0.5f * (g(0, j) + g(1, j) + g(2, j));
      half[2][j] = 0.5f * (g(0, j) - g(1, j) + g(2, j));
      half[3][j] = g(2, j);
    }
    const long step = seen_ * made_;
    for (int i = 0; i < 4; i++, to += 4 * step) {
      to[0] = half[i][0];
      to[step] = 0.5f * (half[i][0] + half[i][1] + half[i][2]);
      to[2 * step] = 0.5f * (half[i][0] - half[i][1] + half[i][2]);
      to[3 * step] = half[i][2];
    }
  }

  long seen_, made_;
  std::vector<Panel> panels_;
  std::vector<float> weights_;  // by frequency, panel, seen channel, channel of the panel
};

}  // namespace cornu
