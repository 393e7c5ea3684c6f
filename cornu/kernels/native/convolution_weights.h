// Weights of a convolution as its inner loops read them: panels of output channels, or the 16
// frequencies of 3x3 windows. Made anew in each call, or once for many (cornu/kernels/packing.py).
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "convolution_geometry.h"
#include "convolution_winograd.h"
#include "kernels.h"
#include "parallel.h"

namespace cornu {

// Where the weight of (tap, seen channel, output channel) of a group lies.
struct Weights {
  const float* data;
  bool transposed;  // the gradient of the data sees filters and makes channels
  long inputs, filters, group_filters;
  float at(long tap, long seen, long made, long group) const {
    const long input = transposed ? made : seen, filter = transposed ? seen : made;
    return data[(tap * inputs + input) * filters + group * group_filters + filter];
  }
  void copy(long tap, long seen, long first, long count, long group, float* to) const {
    if (!transposed)
      std::memcpy(to, data + (tap * inputs + seen) * filters + group * group_filters + first,
                  sizeof(float) * count);
    else
      for (long k = 0; k < count; k++) to[k] = at(tap, seen, first + k, group);
  }
};

// Few outputs and long runs: sums along the runs, not vectors of output channels.
inline bool few(long channels, long run) { return channels <= 4 && run >= kernels().lanes; }

// How the weights of a group lie: panel after panel, or (dots) one output channel after the other.
struct Layout {
  long seen = 0, made = 0;
  bool dots = false;
  std::vector<Panel> panels;
  long group_floats = 0;

  Layout() = default;
  // taps: of the whole window; run: floats that a window sees side by side, 0: panels in any case.
  Layout(long taps, long seen, long made, long run)
      : seen(seen), made(made), dots(few(made, run)), group_floats(taps * seen * made) {
    if (dots) return;
    panels = panels_of(made, taps * seen);
    if (panels.empty()) return;
    const Panel& last = panels.back();
    group_floats = last.offset + taps * seen * last.vectors * kernels().lanes;
  }
};

inline void pack_dots(const Layout& layout, const Weights& weights, const std::vector<long>& taps,
                      long groups, float* to) {
  for (long group = 0; group < groups; group++)
    for (long k = 0; k < layout.made; k++)
      for (long tap : taps)
        for (long c = 0; c < layout.seen; c++) *to++ = weights.at(tap, c, k, group);
}

inline void pack_tiles(xla::ffi::ThreadPool& pool, const Layout& layout, const Weights& weights,
                       const std::vector<long>& taps, long groups, float* begin) {
  if (layout.dots) return pack_dots(layout, weights, taps, groups, begin);
  const long count = static_cast<long>(layout.panels.size()), lanes = kernels().lanes;
  parallel_for(pool, groups * count, [&layout, &weights, &taps, begin, count, lanes](long job) {
    const long group = job / count;
    const Panel& panel = layout.panels[job % count];
    const long width = panel.vectors * lanes;
    float* to = begin + group * layout.group_floats + panel.offset;
    for (long tap : taps)
      for (long c = 0; c < layout.seen; c++, to += width) {
        weights.copy(tap, c, panel.first, panel.valid, group, to);
        std::fill(to + panel.valid, to + width, 0.0f);
      }
  });
}

// By frequency, panel, seen channel, channel of the panel.
inline void pack_frequencies(xla::ffi::ThreadPool& pool, long seen, long made,
                             const Weights& weights, const std::vector<long>& tap_of, float* to) {
  const std::vector<Panel> panels = panels_of(made, seen);
  parallel_for(pool, seen, [&panels, &weights, &tap_of, seen, made, to](long c) {
    float taps[9 * 64];
    for (const Panel& panel : panels) {
      for (long tap = 0; tap < 9; tap++)
        weights.copy(tap_of[tap], c, panel.first, panel.valid, 0, taps + 64 * tap);
      kernels().winograd_weights(
          {taps, 64, panel.valid, to + panel.offset + c * panel.valid, seen * made});
    }
  });
}

// Memory of the calling thread, whose pages would cost more than the packing.
inline float* room_for(long floats) {
  static thread_local std::vector<float> kept;
  if (kept.size() < static_cast<size_t>(floats)) kept.resize(static_cast<size_t>(floats));
  return kept.data();
}

}  // namespace cornu
