// Convolutions as custom calls of XLA: output, gradient of the data, gradient of the kernel. The
// first two finish their sums in passing: a scale, a bias, a residual, a rectifier.
//
// Data are (batch, depth, height, width, channels), kernels (depth, height, width, channels /
// groups, filters). Output and gradient of the data are one computation: every output looks at
// some taps of its input. A gradient with a stride falls into phases, outputs whose position
// leaves the same remainder; each looks at its own taps, all of them real numbers.
#include <algorithm>
#include <cstring>
#include <vector>

#include "buffers.h"
#include "convolution_geometry.h"
#include "convolution_weights.h"
#include "convolution_winograd.h"
#include "kernels.h"
#include "parallel.h"

namespace cornu {
namespace {

constexpr long kScratchFloats = 1 << 16;  // 256 KiB of padded input: a quarter of a usual L2
constexpr long kSharedFloats = 1 << 17;  // a kernel's gradient that no thread keeps for itself
constexpr long kChunkFloats = 48 << 10;   // of weights at a time, so that they stay in L2
constexpr long kPointFloats = 96 << 10;   // that a 1x1 kernel sees and makes beside them

// One pass over all outputs of one phase.
struct Pass {
  Axis axes[3];
  Size from, to;
  long seen, made, groups;  // channels of a group on either side
  Weights weights;
  Finish finish;  // of a whole result
  bool frequencies;      // multiplied there, where that is possible
  const float* packed;   // weights as they are read; null: to be packed
  std::vector<long> taps;
  Layout layout;

  bool depthwise() const { return groups > 1 && seen == 1 && made == 1; }

  // Outputs see nothing but the channels of their own place.
  bool pointwise() const {
    const auto same = [](const Axis& axis, long size) {
      return axis.taps.size() == 1 && axis.count == size && axis.stride == 1 && axis.step == 1 &&
             axis.low == axis.taps[0].offset;
    };
    return groups == 1 && same(axes[0], from.depth) && same(axes[1], from.height) &&
           same(axes[2], from.width);
  }

  void pack(ffi::ThreadPool& pool) {
    if (depthwise()) return;
    const long run = seen * (groups == 1 && axes[2].taps.size() > 1 ? axes[2].taps.size() : 1);
    layout = Layout(static_cast<long>(taps.size()), seen, made, packed ? 0 : run);
    if (packed) return;
    float* const to = room_for(groups * layout.group_floats);
    pack_tiles(pool, layout, weights, taps, groups, to);
    packed = to;
  }

  // Rows [row, row + rows) of output plane `plane` of one image; `ends` finishes that image.
  void compute(const float* x, float* y, const Finish& ends, long plane, long row,
               long rows) const {
    const long first[3] = {plane * axes[0].stride - axes[0].low,
                           row * axes[1].stride - axes[1].low, -axes[2].low};
    const long count[3] = {axes[0].extent, (rows - 1) * axes[1].stride + axes[1].extent,
                           (axes[2].count - 1) * axes[2].stride + axes[2].extent};
    const View seen_part = view(x, from, first, count, 0);
    const long place = (axes[0].begin + plane * axes[0].step) * to.plane() +
                       (axes[1].begin + row * axes[1].step) * to.row() +
                       axes[2].begin * to.channels;
    if (depthwise()) return compute_depthwise(seen_part, y + place, further(ends, place, 0), rows);
    for (long group = 0; group < groups; group++) {
      const std::vector<Run> runs = runs_of(axes, seen_part, from.channels, seen, group);
      RowTile tile{};
      tile.x_step = axes[2].stride * from.channels;
      tile.count = axes[2].count;
      tile.y_step = axes[2].step * to.channels;
      const float* in = seen_part.data;
      const auto each_row = [&](auto&& compute_row) {
        for (long r = 0; r < rows; r++) {
          const long there = place + r * axes[1].step * to.row() + group * made;
          tile.x = in + r * axes[1].stride * seen_part.row;
          tile.y = y + there;
          tile.finish = further(ends, there, group * made);
          compute_row();
        }
      };
      const float* weights_of_group = packed + group * layout.group_floats;
      if (layout.dots) {
        tile.runs = runs.data();
        tile.run_count = static_cast<int>(runs.size());
        tile.weights = weights_of_group;
        tile.valid = static_cast<int>(made);
        each_row([&] { kernels().dot_row(tile); });
        continue;
      }
      for (const Panel& panel : layout.panels) by_chunks(panel, runs, weights_of_group, tile, each_row);
    }
  }

  // Of a pointwise pass: the windows [first, first + count) of all images.
  void compute_points(const float* x, float* y, long first, long count) const {
    const std::vector<Run> runs{{0, seen}};
    RowTile tile{};
    tile.x_step = seen;
    tile.y_step = made;
    tile.count = count;
    if (layout.dots) {
      tile.x = x + first * seen;
      tile.y = y + first * made;
      tile.finish = further(finish, first * made, 0);
      tile.runs = runs.data();
      tile.run_count = 1;
      tile.weights = packed;
      tile.valid = static_cast<int>(made);
      return kernels().dot_row(tile);
    }
    for (const Panel& panel : layout.panels)
      by_chunks(panel, runs, packed, tile, [&](auto&& compute_row) {
        tile.x = x + first * seen;
        tile.y = y + first * made;
        tile.finish = further(finish, first * made, 0);
        compute_row();
      });
  }

  void compute_depthwise(const View& seen_part, float* out, const Finish& ends, long rows) const {
    std::vector<Run> places = depthwise_taps(axes, seen_part, from.channels, taps);
    for (long r = 0; r < rows; r++) {
      const long place = r * axes[1].step * to.row();
      kernels().depthwise_row({seen_part.data + r * axes[1].stride * seen_part.row,
                               axes[2].stride * from.channels, axes[2].count, places.data(),
                               static_cast<int>(places.size()), weights.data, out + place,
                               axes[2].step * to.channels, to.channels, further(ends, place, 0)});
    }
  }

  // The weights of a panel in pieces that stay in the cache while all rows pass by.
  template <class EachRow>
  void by_chunks(const Panel& panel, const std::vector<Run>& runs, const float* weights_of_group,
                 RowTile& tile, const EachRow& each_row) const {
    const long width = panel.vectors * kernels().lanes, most = std::max(1L, kChunkFloats / width);
    tile.panel = panel.vectors;
    tile.valid = panel.valid;
    tile.weights = weights_of_group + panel.offset;
    tile.accumulate = false;
    std::vector<Run> chunk;
    size_t next = 0;
    long used = 0;
    do {
      chunk.clear();
      long floats = 0;
      while (next < runs.size() && floats < most) {
        const long length = std::min(runs[next].length - used, most - floats);
        chunk.push_back({runs[next].offset + used, length});
        floats += length;
        used += length;
        if (used == runs[next].length) next++, used = 0;
      }
      tile.runs = chunk.data();
      tile.run_count = static_cast<int>(chunk.size());
      tile.last = next == runs.size();
      each_row([&] {
        tile.y += panel.first;
        tile.finish = further(tile.finish, panel.first, panel.first);
        kernels().row(tile);
      });
      tile.weights += floats * width;
      tile.accumulate = true;
    } while (next < runs.size());
  }
};

// Rows of an output plane that one task takes: few enough for the cache and for all threads.
long rows_of_task(const Axis& rows, long floats_of_row, long planes, int threads) {
  long count = rows.count;
  const auto too_many = [&] {
    const long blocks = (rows.count + count - 1) / count;
    return ((count - 1) * rows.stride + rows.extent) * floats_of_row > kScratchFloats ||
           planes * blocks < 3L * threads;
  };
  while (count > 1 && too_many()) count = (count + 1) / 2;
  return count;
}

// The number of tasks nearest to `wanted` that keeps all threads busy to the end.
long whole_rounds(long wanted, long pieces, int threads) {
  return std::clamp((wanted + threads - 1) / threads * threads, 1L, pieces);
}

void run_winograd(ffi::ThreadPool& pool, const Pass& pass, const float* x, float* y, long images) {
  const Axis &depths = pass.axes[0], &heights = pass.axes[1], &widths = pass.axes[2];
  const float* packed = pass.packed;
  if (!packed) {
    float* const to = room_for(Winograd::floats(pass.seen, pass.made));
    pack_frequencies(pool, pass.seen, pass.made, pass.weights, pass.taps, to);
    packed = to;
  }
  const Winograd winograd(pass.seen, pass.made, packed);
  const long down = Winograd::tiles(heights.count), across = Winograd::tiles(widths.count);
  // Rows of squares of all images, one after the other; a task may take some of several images.
  const long all = images * depths.count * down;
  const int threads = thread_count(pool);
  const long least = winograd.large() ? threads : 3L * threads;
  const long wanted = all * across / winograd.squares_of_task();
  const long tasks = whole_rounds(std::max(wanted, least), all, threads);
  parallel_for(pool, tasks, [&, down, across, all, tasks](long task) {
    const long begin = all * task / tasks, end = all * (task + 1) / tasks;
    const Winograd::Squares squares = winograd.squares((end - begin) * across);
    const auto each_part = [&](auto&& take) {
      for (long i = begin, next; i < end; i = next) {
        next = std::min(end, (i / down + 1) * down);
        const long image = i / down / depths.count, plane = i / down % depths.count;
        take((i - begin) * across, image, plane, i % down, next - i);
      }
    };
    each_part([&](long squares_before, long image, long plane, long row, long rows) {
      const long first[3] = {plane * depths.stride - depths.low, 2 * row - heights.low, -widths.low};
      const long count[3] = {1, 2 * rows + 2, 2 * across + 2};
      const View part = view(x + image * pass.from.image(), pass.from, first, count, 0);
      winograd.read(squares, squares_before, part, rows, across);
    });
    winograd.multiply(squares);
    each_part([&](long squares_before, long image, long plane, long row, long rows) {
      const long place = image * pass.to.image() +
                         (depths.begin + plane * depths.step) * pass.to.plane() +
                         2 * row * pass.to.row();
      winograd.write(squares, squares_before, y + place, pass.to.row(),
                     std::min(2 * rows, heights.count - 2 * row), widths.count,
                     further(pass.finish, place, 0));
    });
  });
}

// Few enough windows for the cache, as long as weights are not read for too few.
void run_points(ffi::ThreadPool& pool, const Pass& pass, const float* x, float* y, long windows) {
  const long panel = 4L * kernels().lanes;
  const long floats = std::min(pass.seen, kChunkFloats / panel) + pass.made;
  const long most = std::max(96L, kPointFloats / floats);
  const int threads = thread_count(pool);
  const long wanted = std::max((windows + most - 1) / most, 2L * threads);
  const long tasks = whole_rounds(wanted, windows, threads);
  parallel_for(pool, tasks, [&pass, x, y, windows, tasks](long task) {
    const long first = windows * task / tasks;
    pass.compute_points(x, y, first, windows * (task + 1) / tasks - first);
  });
}

void run_pass(ffi::ThreadPool& pool, Pass& pass, const float* x, float* y, long images) {
  if (!pass.axes[0].count || !pass.axes[1].count || !pass.axes[2].count) return;
  if (pass.frequencies && pass.groups == 1 && Winograd::can(pass.axes, pass.seen, pass.made))
    return run_winograd(pool, pass, x, y, images);
  pass.pack(pool);
  if (pass.pointwise())
    return run_points(pool, pass, x, y, images * pass.from.image() / pass.from.channels);
  const long planes = images * pass.axes[0].count;
  const long width = (pass.axes[2].count - 1) * pass.axes[2].stride + pass.axes[2].extent;
  const long rows = rows_of_task(pass.axes[1], pass.axes[0].extent * width * pass.from.channels,
                                 planes, thread_count(pool));
  const long blocks = (pass.axes[1].count + rows - 1) / rows;
  parallel_for(pool, planes * blocks, [&pass, x, y, rows, blocks](long task) {
    const long plane = task / blocks, row = task % blocks * rows;
    const long image = plane / pass.axes[0].count;
    const long place = image * pass.to.image();
    pass.compute(x + image * pass.from.image(), y + place, further(pass.finish, place, 0),
                 plane % pass.axes[0].count, row, std::min(rows, pass.axes[1].count - row));
  });
}

Size size_of(const int64_t* dims) { return {dims[1], dims[2], dims[3], dims[4]}; }

// What is empty is not there.
const float* data_of(const Buffer& array) {
  return array.element_count() ? array.typed_data() : nullptr;
}

// Of weights that lie in their order, or are packed: the other pointer is null.
ffi::Error convolve(ffi::ThreadPool& pool, const Geometry& g, const int64_t* kernel, Buffer x,
                    const float* weights, const float* packed, const Finish& finish, Result y,
                    bool frequencies) {
  const Size from = size_of(x.dimensions().begin()), to = size_of(y->dimensions().begin());
  const long inputs = kernel[3], made = to.channels / g.groups;
  if (!y->element_count()) return ffi::Error::Success();
  Pass pass{{forward_axis(g, 0, to.depth), forward_axis(g, 1, to.height),
             forward_axis(g, 2, to.width)},
            from, to, inputs, made, g.groups, {weights, false, inputs, to.channels, made},
            finish, frequencies, packed, {}, {}};
  if (packed && (frequencies ? !Winograd::can(pass.axes, inputs, made) : pass.depthwise()))
    return ffi::Error::InvalidArgument("The weights are not packed for this convolution.");
  pass.taps = tap_indices(pass.axes, g);
  run_pass(pool, pass, x.typed_data(), y->typed_data(), x.dimensions()[0]);
  return ffi::Error::Success();
}

ffi::Error Output(ffi::ThreadPool pool, Buffer x, Buffer w, Buffer scale, Buffer bias,
                  Buffer residual, Result y, Numbers strides, Numbers lows, Numbers dilations,
                  int64_t groups, bool frequencies, bool rectify) {
  const int64_t* const kernel = w.dimensions().begin();
  return convolve(pool, Geometry(strides, lows, dilations, kernel, groups), kernel, x,
                  w.typed_data(), nullptr,
                  {data_of(scale), data_of(bias), data_of(residual), rectify}, y, frequencies);
}

// The same, with weights that PackedWeights made; kernel: the shape that they had.
ffi::Error OutputOfPacked(ffi::ThreadPool pool, Buffer x, Buffer packed, Buffer scale, Buffer bias,
                          Buffer residual, Result y, Numbers strides, Numbers lows,
                          Numbers dilations, int64_t groups, bool frequencies, Numbers kernel,
                          bool rectify) {
  return convolve(pool, Geometry(strides, lows, dilations, kernel.begin(), groups), kernel.begin(),
                  x, nullptr, packed.typed_data(),
                  {data_of(scale), data_of(bias), data_of(residual), rectify}, y, frequencies);
}

ffi::Error PackedWeights(ffi::ThreadPool pool, Buffer w, Result packed, int64_t groups,
                         bool frequencies) {
  const auto kernel = w.dimensions();
  const long seen = kernel[3], made = kernel[4] / groups;
  const Weights weights{w.typed_data(), false, seen, kernel[4], made};
  std::vector<long> taps;
  for (long tap = 0; tap < kernel[0] * kernel[1] * kernel[2]; tap++) taps.push_back(tap);
  const Layout layout(static_cast<long>(taps.size()), seen, made, 0);
  const long floats = frequencies ? Winograd::floats(seen, made) : groups * layout.group_floats;
  if (floats != static_cast<long>(packed->element_count()))
    return ffi::Error::InvalidArgument("The room for packed weights has another size.");
  if (frequencies)
    pack_frequencies(pool, seen, made, weights, taps, packed->typed_data());
  else
    pack_tiles(pool, layout, weights, taps, groups, packed->typed_data());
  return ffi::Error::Success();
}

ffi::Error DataGradient(ffi::ThreadPool pool, Buffer d, Buffer w, Buffer scale, Buffer bias,
                        Buffer residual, Result dx, Numbers strides, Numbers lows,
                        Numbers dilations, int64_t groups, bool frequencies, bool rectify) {
  const Geometry g(strides, lows, dilations, w.dimensions().begin(), groups);
  const Size from = size_of(d.dimensions().begin()), to = size_of(dx->dimensions().begin());
  const long inputs = w.dimensions()[3], filters = from.channels;
  if (!dx->element_count()) return ffi::Error::Success();
  const std::vector<Axis> depths = backward_axes(g, 0, to.depth),
                          heights = backward_axes(g, 1, to.height),
                          widths = backward_axes(g, 2, to.width);
  for (const Axis& depth : depths)
    for (const Axis& height : heights)
      for (const Axis& width : widths) {
        Pass pass{{depth, height, width}, from, to, filters / groups, inputs, groups,
                  {w.typed_data(), true, inputs, filters, filters / groups},
                  {data_of(scale), data_of(bias), data_of(residual), rectify},
                  frequencies, nullptr, {}, {}};
        pass.taps = tap_indices(pass.axes, g);
        run_pass(pool, pass, d.typed_data(), dx->typed_data(), d.dimensions()[0]);
      }
  return ffi::Error::Success();
}

// The kernel's gradient. Tasks are stretches of the images with a sum each; the sums are added in
// order, so that the same number of threads gives the same bits.
struct KernelGradient {
  Axis axes[3];
  Size x_size, d_size;
  long groups, inputs, filters;
  std::vector<long> taps;
  std::vector<Panel> panels;
  bool along_runs;  // few filters: vectors along what the window sees

  // Adds what some rows of a plane give to some panels.
  void add(const float* x, const float* d, float* g, long plane, long row, long rows, size_t panel,
           size_t panel_end) const {
    const long lanes = kernels().lanes;
    const long first[3] = {plane * axes[0].stride - axes[0].low,
                           row * axes[1].stride - axes[1].low, -axes[2].low};
    const long count[3] = {axes[0].extent, (rows - 1) * axes[1].stride + axes[1].extent,
                           (axes[2].count - 1) * axes[2].stride + axes[2].extent};
    const View part = view(x, x_size, first, count, along_runs ? 4 * lanes : 0);
    const float* d_rows = d + plane * d_size.plane() + row * d_size.row();
    if (groups > 1 && inputs == 1 && filters == 1) return add_depthwise(part, d_rows, rows, g);
    for (long group = 0; group < groups; group++) {
      const std::vector<Run> runs = runs_of(axes, part, x_size.channels, inputs, group);
      const float* d_group = d_rows + group * filters;
      if (along_runs) {
        add_few(part, runs, d_group, rows, g + group * filters);
        continue;
      }
      for (size_t i = panel; i < panel_end; i++)
        add_panel(part, runs, d_group, rows, g + group * filters, panels[i]);
    }
  }

  void add_panel(const View& part, const std::vector<Run>& runs, const float* d, long rows, float* g,
                 const Panel& panel) const {
    const long width = panel.vectors * kernels().lanes, windows = rows * axes[2].count;
    static thread_local std::vector<float> packed;
    packed.resize(static_cast<size_t>(windows * width));
    float* to = packed.data();
    for (long p = 0; p < windows; p++, to += width) {
      std::memcpy(to, d + p * d_size.channels + panel.first, sizeof(float) * panel.valid);
      std::fill(to + panel.valid, to + width, 0.0f);
    }
    WeightTile tile{};
    tile.x_step = axes[2].stride * x_size.channels;
    tile.x_row = axes[1].stride * part.row;
    tile.d = packed.data();
    tile.panel = panel.vectors;
    tile.count = axes[2].count;
    tile.rows = rows;
    tile.g_step = d_size.channels;
    tile.valid = panel.valid;
    long q = 0;
    for (const Run& run : runs) {
      tile.x = part.data + run.offset;
      tile.length = run.length;
      tile.g = g + q * d_size.channels + panel.first;
      kernels().weight(tile);
      q += run.length;
    }
  }

  void add_depthwise(const View& part, const float* d, long rows, float* g) const {
    for (const Run& tap : depthwise_taps(axes, part, x_size.channels, taps))
      kernels().depthwise_weight({part.data + tap.offset, d, axes[2].stride * x_size.channels,
                                  axes[1].stride * part.row, d_size.channels, d_size.row(),
                                  axes[2].count, rows, x_size.channels,
                                  g + tap.length * x_size.channels});
  }

  void add_few(const View& part, const std::vector<Run>& runs, const float* d, long rows,
               float* g) const {
    WeightTile tile{};
    tile.x_step = axes[2].stride * x_size.channels;
    tile.x_row = axes[1].stride * part.row;
    tile.d = d;
    tile.d_step = d_size.channels;
    tile.d_row = d_size.row();
    tile.count = axes[2].count;
    tile.rows = rows;
    tile.g_step = d_size.channels;
    tile.valid = static_cast<int>(filters);
    for (const Run& run : runs) {
      tile.x = part.data + run.offset;
      tile.length = run.length;
      tile.g = g;
      kernels().weight_few(tile);
      g += run.length * d_size.channels;
    }
  }
};

// Adds up `parts` sums of `size` floats, one after the other.
void add_parts(ffi::ThreadPool& pool, const std::vector<float>& parts, long count, long size,
               float* total) {
  const long block = 1 << 14;
  parallel_for(pool, (size + block - 1) / block, [&parts, count, size, total, block](long task) {
    const long begin = task * block, end = std::min(size, begin + block);
    std::memcpy(total + begin, parts.data() + begin, sizeof(float) * (end - begin));
    for (long part = 1; part < count; part++)
      for (long i = begin; i < end; i++) total[i] += parts[static_cast<size_t>(part * size + i)];
  });
}

ffi::Error WeightGradient(ffi::ThreadPool pool, Buffer x, Buffer d, Result dw, Numbers strides,
                          Numbers lows, Numbers dilations, int64_t groups) {
  const Geometry g(strides, lows, dilations, dw->dimensions().begin(), groups);
  const Size from = size_of(x.dimensions().begin()), to = size_of(d.dimensions().begin());
  const long size = static_cast<long>(dw->element_count());
  if (!d.element_count()) {
    std::fill_n(dw->typed_data(), size, 0.0f);
    return ffi::Error::Success();
  }
  const long inputs = dw->dimensions()[3], filters = to.channels / groups;
  KernelGradient pass{{forward_axis(g, 0, to.depth), forward_axis(g, 1, to.height),
                       forward_axis(g, 2, to.width)},
                      from, to, groups, inputs, filters, {}, panels_of(filters, 0), false};
  pass.taps = tap_indices(pass.axes, g);
  const long run = inputs * (groups == 1 && g.dilation[2] == 1 ? g.window[2] : 1);
  pass.along_runs = few(filters, run);
  const long width = (pass.axes[2].count - 1) * pass.axes[2].stride + pass.axes[2].extent;
  const long planes = x.dimensions()[0] * to.depth;
  const long rows = rows_of_task(pass.axes[1], pass.axes[0].extent * width * from.channels, planes,
                                 thread_count(pool));
  const long blocks = (to.height + rows - 1) / rows, stretches = planes * blocks;
  const float *in = x.typed_data(), *out = d.typed_data();
  const auto add = [&](long i, float* sums, size_t panel, size_t panel_end) {
    const long plane = i / blocks, row = i % blocks * rows, image = plane / to.depth;
    pass.add(in + image * from.image(), out + image * to.image(), sums, plane % to.depth, row,
             std::min(rows, to.height - row), panel, panel_end);
  };
  const size_t panels = pass.panels.size();
  if (size > kSharedFloats && panels >= static_cast<size_t>(thread_count(pool))) {
    // A large kernel: a task makes a few of its filters from all images, straight into place.
    std::fill_n(dw->typed_data(), size, 0.0f);
    parallel_for(pool, static_cast<long>(panels), [&](long panel) {
      for (long i = 0; i < stretches; i++)
        add(i, dw->typed_data(), static_cast<size_t>(panel), static_cast<size_t>(panel) + 1);
    });
    return ffi::Error::Success();
  }
  const long parts = std::min<long>(stretches, 2L * thread_count(pool));
  std::vector<float> sums(static_cast<size_t>(parts * size), 0.0f);
  parallel_for(pool, parts, [&](long part) {
    for (long i = stretches * part / parts; i < stretches * (part + 1) / parts; i++)
      add(i, sums.data() + part * size, 0, panels);
  });
  add_parts(pool, sums, parts, size, dw->typed_data());
  return ffi::Error::Success();
}

}  // namespace
}  // namespace cornu

#pragma GCC visibility push(default)  // all else stays inside the library

#define CORNU_BEGIN CORNU_CALL CORNU_ARRAY CORNU_ARRAY
#define CORNU_FINISH CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY
#define CORNU_GROUPS .Attr<int64_t>("groups")
#define CORNU_FREQUENCIES .Attr<bool>("frequencies")
#define CORNU_RECTIFY .Attr<bool>("rectify")
#define CORNU_WINDOW                          \
  .Attr<ffi::Span<const int64_t>>("strides")  \
  .Attr<ffi::Span<const int64_t>>("low")      \
  .Attr<ffi::Span<const int64_t>>("dilation") \
  CORNU_GROUPS

XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_convolution_output, cornu::Output,
                              CORNU_BEGIN CORNU_FINISH CORNU_RESULT CORNU_WINDOW CORNU_FREQUENCIES
                                  CORNU_RECTIFY);
XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_convolution_data, cornu::DataGradient,
                              CORNU_BEGIN CORNU_FINISH CORNU_RESULT CORNU_WINDOW CORNU_FREQUENCIES
                                  CORNU_RECTIFY);
XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_convolution_packed, cornu::OutputOfPacked,
                              CORNU_BEGIN CORNU_FINISH CORNU_RESULT CORNU_WINDOW CORNU_FREQUENCIES
                                  .Attr<ffi::Span<const int64_t>>("kernel") CORNU_RECTIFY);
XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_packed_weights, cornu::PackedWeights,
                              CORNU_CALL CORNU_ARRAY CORNU_RESULT CORNU_GROUPS CORNU_FREQUENCIES);
XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_convolution_kernel, cornu::WeightGradient,
                              CORNU_BEGIN CORNU_RESULT CORNU_WINDOW);

// What the layout of packed weights depends on.
extern "C" int cornu_lanes() { return cornu::kernels().lanes; }
extern "C" int cornu_widest_panel() { return cornu::kernels().widest_panel; }
