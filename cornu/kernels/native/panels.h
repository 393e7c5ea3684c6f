// A matrix cut into panels: as many of its columns as a tile of sums holds in registers.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "kernels.h"

namespace cornu {

// Columns (output channels) of a matrix of so many rows, in panels of at most so many vectors.
inline std::vector<Panel> panels_of(long columns, long depth, int widest = kernels().widest_panel) {
  const long lanes = kernels().lanes;
  std::vector<Panel> panels;
  long offset = 0;
  for (long k = 0; k < columns;) {
    const long left = columns - k;
    const int vectors = widest == 4 && left >= 4 * lanes ? 4 : left > lanes ? 2 : 1;
    const long width = vectors * lanes;
    panels.push_back({k, offset, vectors, static_cast<int>(std::min(width, left))});
    offset += depth * width;
    k += width;
  }
  return panels;
}

// A matrix as panels for `Kernels::row`: its rows one after the other, zeros behind the last column.
class Panels {
 public:
  Panels(const float* from, long step, long depth, long width, bool transposed,
         int widest = kernels().widest_panel)
      : depth_(depth), panels_(panels_of(width, depth, widest)) {
    const long lanes = kernels().lanes;
    const long floats = panels_.back().offset + depth * panels_.back().vectors * lanes;
    data_.reset(new float[static_cast<size_t>(floats)]);
    for (const Panel& panel : panels_) {
      float* to = data_.get() + panel.offset;
      const long row = panel.vectors * lanes;
      if (panel.valid < row) std::fill_n(to, depth * row, 0.0f);
      if (transposed)
        for (long k = 0; k < panel.valid; k++)
          for (long i = 0; i < depth; i++) to[i * row + k] = from[(panel.first + k) * step + i];
      else
        for (long i = 0; i < depth; i++)
          std::copy_n(from + i * step + panel.first, panel.valid, to + i * row);
    }
  }

  // For kernels that multiply by it themselves; as long as this object lives.
  PanelMatrix matrix() const {
    return {data_.get(), panels_.data(), static_cast<long>(panels_.size()), depth_};
  }

  // y (rows, width) = x (rows, depth) times the matrix.
  void multiply(const float* x, long x_step, long rows, float* y, long y_step) const {
    const Run run = {0, depth_};
    for (const Panel& panel : panels_)
      kernels().row({x, x_step, rows, &run, 1, data_.get() + panel.offset, panel.vectors,
                     y + panel.first, y_step, panel.valid, false, false, {}});
  }

  // g (length, width) += the transpose of x (depth, length) times the matrix.
  void add_transposed(const float* x, long x_step, long length, float* g, long g_step) const {
    for (const Panel& panel : panels_)
      kernels().weight({x, x_step, 0, length, data_.get() + panel.offset, panel.vectors, depth_, 1,
                        g + panel.first, g_step, panel.valid, 0, 0});
  }

 private:
  long depth_;
  std::vector<Panel> panels_;
  std::unique_ptr<float[]> data_;
};

}  // namespace cornu
