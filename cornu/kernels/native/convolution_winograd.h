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

namespace cornu {

class Winograd {
 public:
  // Whether it computes this at all; whether it pays is for the caller to know (table.py).
  static bool can(const Axis (&axes)[3], long seen, long made) {
    const long lanes = kernels().lanes;
    if (axes[0].taps.size() != 1 || axes[0].taps[0].offset || seen % lanes || made % lanes)
      return false;
    for (int i = 1; i < 3; i++) {
      const Axis& axis = axes[i];
      if (axis.stride != 1 || axis.step != 1 || axis.taps.size() != 3) return false;
      for (long tap = 0; tap < 3; tap++)
        if (axis.taps[tap].offset != tap) return false;
    }
    return true;
  }

  // Floats of its weights.
  static long floats(long seen, long made) { return 16 * seen * made; }

  // weights: by frequency, panel, seen channel, channel of the panel.
  Winograd(long seen, long made, const float* weights)
      : seen_(seen), made_(made), panels_(panels_of(made, seen)), weights_(weights) {}

  static long tiles(long outputs) { return (outputs + 1) / 2; }

  // How many squares one task takes: their frequencies should fit the cache, and large weights,
  // which do not, should be read for enough of them.
  long squares_of_task() const {
    return std::max(kCachedFloats / (16 * (seen_ + made_)), kFewestSquares / 2);
  }

  bool large() const { return seen_ * made_ > kCachedWeights; }

  // Frequencies of `count` squares, in memory of the thread.
  struct Squares {
    long count, in_step, out_step;
    float *in, *out;
  };

  Squares squares(long count) const {
    // Sixteen more floats: steps of a power of two would meet in the same sets of the cache.
    const long in_step = count * seen_ + 16, out_step = count * made_ + 16;
    static thread_local std::vector<float> frequencies;
    if (frequencies.size() < static_cast<size_t>(16 * (in_step + out_step)))
      frequencies.resize(static_cast<size_t>(16 * (in_step + out_step)));
    float* in = frequencies.data();
    return {count, in_step, out_step, in, in + 16 * in_step};
  }

  // Data that begin with the first window of `down` rows of squares, of which `first` come before.
  void read(const Squares& s, long first, const View& x, long down, long across) const {
    WinogradTile tile{};
    tile.in = x.data;
    tile.row = x.row;
    tile.frequencies = s.in + first * seen_;
    tile.step = s.in_step;
    tile.channels = seen_;
    tile.tile_rows = down;
    tile.tile_columns = across;
    kernels().winograd_input(tile);
  }

  void multiply(const Squares& s) const {
    const Run run{0, seen_};
    RowTile tile{};
    tile.x_step = seen_;
    tile.count = s.count;
    tile.runs = &run;
    tile.run_count = 1;
    tile.y_step = made_;
    for (long f = 0; f < 16; f++)
      for (const Panel& panel : panels_) {
        tile.x = s.in + f * s.in_step;
        tile.weights = weights_ + f * seen_ * made_ + panel.offset;
        tile.panel = panel.vectors;
        tile.y = s.out + f * s.out_step + panel.first;
        tile.valid = panel.valid;
        kernels().row(tile);
      }
  }

  void write(const Squares& s, long first, float* y, long row, long rows, long columns,
             const Finish& finish) const {
    kernels().winograd_output({nullptr, y, row, s.out + first * made_, s.out_step, made_,
                               tiles(rows), tiles(columns), rows, columns, finish});
  }

 private:
  static constexpr long kCachedWeights = 64 * 128, kFewestSquares = 96;
  static constexpr long kCachedFloats = 1 << 17;  // 512 KiB: half of a usual L2

  long seen_, made_;
  std::vector<Panel> panels_;
  const float* weights_;
};

}  // namespace cornu
