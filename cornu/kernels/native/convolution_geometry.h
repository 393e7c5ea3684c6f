// Where the taps of a convolution lie: axes with their taps, data with zeros around them, the runs
// of floats that a window sees.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "kernels.h"
#include "panels.h"
#include "xla/ffi/api/ffi.h"

namespace cornu {

using Numbers = xla::ffi::Span<const int64_t>;

struct Size {
  long depth, height, width, channels;
  long row() const { return width * channels; }
  long plane() const { return height * row(); }
  long image() const { return depth * plane(); }
};

// Outputs `begin, begin + step, ...` of one axis, and the taps that they look at. Output number m
// sees input m * stride + tap.offset - low.
struct Axis {
  struct Tap {
    long offset, index;
  };
  long begin, step, count, stride, low, extent;
  std::vector<Tap> taps;
};

struct Geometry {
  long stride[3], low[3], dilation[3], window[3];
  long groups;

  Geometry(Numbers strides, Numbers lows, Numbers dilations, const int64_t* kernel, long groups)
      : groups(groups) {
    for (int i = 0; i < 3; i++) {
      stride[i] = strides[i];
      low[i] = lows[i];
      dilation[i] = dilations[i];
      window[i] = kernel[i];
    }
  }
};

inline Axis forward_axis(const Geometry& g, int i, long outputs) {
  Axis axis{0, 1, outputs, g.stride[i], g.low[i], (g.window[i] - 1) * g.dilation[i] + 1, {}};
  for (long tap = 0; tap < g.window[i]; tap++) axis.taps.push_back({tap * g.dilation[i], tap});
  return axis;
}

// Output o of the forward pass saw x = o * stride + tap * dilation - low. So x of one phase,
// x = begin + m * stride, was seen from o = m + (begin + low - tap * dilation) / stride, by the
// taps for which that is whole.
inline std::vector<Axis> backward_axes(const Geometry& g, int i, long inputs) {
  std::vector<Axis> axes;
  const long stride = g.stride[i];
  for (long begin = 0; begin < std::min(stride, inputs); begin++) {
    Axis axis{begin, stride, (inputs - begin + stride - 1) / stride, 1, 0, 1, {}};
    for (long tap = g.window[i] - 1; tap >= 0; tap--) {
      const long distance = begin + g.low[i] - tap * g.dilation[i];
      if (distance % stride == 0) axis.taps.push_back({distance / stride, tap});
    }
    for (const Axis::Tap& tap : axis.taps) axis.low = std::max(axis.low, -tap.offset);
    for (Axis::Tap& tap : axis.taps) {
      tap.offset += axis.low;
      axis.extent = std::max(axis.extent, tap.offset + 1);
    }
    axes.push_back(std::move(axis));
  }
  return axes;
}

// A part of an image with zeros around it. Where no zero is needed it is the image itself.
struct View {
  const float* data;
  long plane, row;
};

inline thread_local std::vector<float> scratch;

inline bool inside(long first, long count, long size) { return first >= 0 && first + count <= size; }

// Positions [first, first + count) of each axis; `slack` floats more can be read behind them.
inline View view(const float* image, const Size& size, const long (&first)[3], const long (&count)[3],
          long slack) {
  const bool whole = inside(first[0], count[0], size.depth) &&
                     inside(first[1], count[1], size.height) &&
                     inside(first[2], count[2], size.width);
  if (whole && !slack)
    return {image + first[0] * size.plane() + first[1] * size.row() + first[2] * size.channels,
            size.plane(), size.row()};
  const long row = count[2] * size.channels, plane = count[1] * row;
  const size_t needed = static_cast<size_t>(count[0] * plane + slack);
  if (scratch.size() < needed) scratch.resize(needed);
  float* to = scratch.data();
  const long left = std::clamp(-first[2], 0L, count[2]);
  const long right = std::clamp(size.width - first[2], left, count[2]);
  for (long d = 0; d < count[0]; d++)
    for (long h = 0; h < count[1]; h++, to += row) {
      const long in_d = first[0] + d, in_h = first[1] + h;
      if (!inside(in_d, 1, size.depth) || !inside(in_h, 1, size.height) || left == right) {
        std::fill_n(to, row, 0.0f);
        continue;
      }
      const float* from = image + in_d * size.plane() + in_h * size.row();
      std::fill_n(to, left * size.channels, 0.0f);
      std::memcpy(to + left * size.channels, from + (first[2] + left) * size.channels,
                  sizeof(float) * (right - left) * size.channels);
      std::fill(to + right * size.channels, to + row, 0.0f);
    }
  std::fill_n(to, slack, 0.0f);
  return {scratch.data(), plane, row};
}

// Runs of floats that one window sees, in the order in which the weights are packed.
inline std::vector<Run> runs_of(const Axis (&axes)[3], const View& view, long channels, long seen,
                         long group) {
  std::vector<Run> runs;
  for (const Axis::Tap& d : axes[0].taps)
    for (const Axis::Tap& h : axes[1].taps)
      for (const Axis::Tap& w : axes[2].taps) {
        const long offset =
            d.offset * view.plane + h.offset * view.row + w.offset * channels + group * seen;
        if (!runs.empty() && runs.back().offset + runs.back().length == offset)
          runs.back().length += seen;
        else
          runs.push_back({offset, seen});
      }
  return runs;
}

inline std::vector<long> tap_indices(const Axis (&axes)[3], const Geometry& g) {
  std::vector<long> indices;
  for (const Axis::Tap& d : axes[0].taps)
    for (const Axis::Tap& h : axes[1].taps)
      for (const Axis::Tap& w : axes[2].taps)
        indices.push_back((d.index * g.window[1] + h.index) * g.window[2] + w.index);
  return indices;
}

// For a depthwise convolution: where each tap lies, with its index in the place of the length.
inline std::vector<Run> depthwise_taps(const Axis (&axes)[3], const View& view, long channels,
                                const std::vector<long>& indices) {
  std::vector<Run> places;
  for (const Axis::Tap& d : axes[0].taps)
    for (const Axis::Tap& h : axes[1].taps)
      for (const Axis::Tap& w : axes[2].taps)
        places.push_back({d.offset * view.plane + h.offset * view.row + w.offset * channels,
                          indices[places.size()]});
  return places;
}

}  // namespace cornu
