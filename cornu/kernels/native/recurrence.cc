// LSTM and GRU sequences as custom calls of XLA: a few rows of the batch are one task.
//
// Arrays are (time, batch, ...); `mask` is (time, batch), or empty where every step counts.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "buffers.h"
#include "kernels.h"
#include "parallel.h"

namespace cornu {
namespace {

// Rows of a task: one tile of the product holds 8 on every instruction set.
constexpr long kRows = 8;

// Weights (depth, width) as panels of two vectors, zeros behind the last column.
std::vector<float> packed(const float* weights, long depth, long width, bool transposed) {
  const long panel = 2 * kernels().lanes, panels = (width + panel - 1) / panel;
  std::vector<float> out(static_cast<size_t>(panels * panel * depth), 0.0f);
  float* to = out.data();
  for (long first = 0; first < width; first += panel)
    for (long row = 0; row < depth; row++, to += panel)
      for (long k = first; k < std::min(width, first + panel); k++)
        to[k - first] = transposed ? weights[k * depth + row] : weights[row * width + k];
  return out;
}

void run(ffi::ThreadPool& pool, const RecurrenceTile& all, long scratch_of_row,
         void (*kernel)(const RecurrenceTile&)) {
  // Fewer rows where that gives every thread some.
  const long share = (all.batch + thread_count(pool) - 1) / thread_count(pool);
  const long rows = std::clamp(share, 1L, kRows);
  parallel_for(pool, (all.batch + rows - 1) / rows, [all, rows, scratch_of_row, kernel](long task) {
    RecurrenceTile tile = all;
    tile.first = task * rows;
    tile.rows = std::min(rows, all.batch - tile.first);
    std::vector<float> scratch(static_cast<size_t>(tile.rows * scratch_of_row));
    tile.scratch = scratch.data();
    kernel(tile);
  });
}

RecurrenceTile tile_of(const Buffer& inputs, const Buffer& h0, const Mask& mask, bool reverse) {
  RecurrenceTile tile{};
  tile.time = inputs.dimensions()[0];
  tile.batch = inputs.dimensions()[1];
  tile.units = h0.dimensions()[1];
  tile.reverse = reverse;
  tile.mask = mask.element_count() ? mask.typed_data() : nullptr;
  return tile;
}

ffi::Error Lstm(ffi::ThreadPool pool, Buffer inputs, Buffer h0, Buffer c0, Buffer weights, Mask mask,
                Result h, Result c, Result gates, bool reverse) {
  RecurrenceTile tile = tile_of(inputs, h0, mask, reverse);
  const auto panels = packed(weights.typed_data(), tile.units, 4 * tile.units, false);
  tile.weights = panels.data();
  tile.inputs = inputs.typed_data();
  tile.h0 = h0.typed_data();
  tile.c0 = c0.typed_data();
  tile.h = h->typed_data();
  tile.c = c->typed_data();
  tile.gates = gates->typed_data();
  run(pool, tile, 0, kernels().lstm);
  return ffi::Error::Success();
}

// Both gradients are told all that the step had and made, whether they need it or not: one order
// of arguments serves both.
ffi::Error LstmGradient(ffi::ThreadPool pool, Buffer d_outputs, Buffer d_last_h, Buffer d_last_c,
                        Buffer /*h0*/, Buffer c0, Buffer /*h*/, Buffer c, Buffer gates,
                        Buffer weights, Mask mask, Result d_inputs, Result d_h0, Result d_c0, bool reverse) {
  RecurrenceTile tile = tile_of(gates, c0, mask, reverse);
  const auto panels = packed(weights.typed_data(), 4 * tile.units, tile.units, true);
  tile.weights = panels.data();
  tile.d_outputs = d_outputs.typed_data();
  tile.d_last_h = d_last_h.typed_data();
  tile.d_last_c = d_last_c.typed_data();
  tile.c0 = c0.typed_data();
  tile.c = c.typed_data();
  tile.gates = gates.typed_data();
  tile.d_inputs = d_inputs->typed_data();
  tile.d_h0 = d_h0->typed_data();
  tile.d_c0 = d_c0->typed_data();
  run(pool, tile, 2 * tile.units, kernels().lstm_gradient);
  return ffi::Error::Success();
}

ffi::Error Gru(ffi::ThreadPool pool, Buffer inputs, Buffer h0, Buffer weights, Buffer bias, Mask mask,
               Result h, Result gates, Result part, bool reverse) {
  RecurrenceTile tile = tile_of(inputs, h0, mask, reverse);
  const auto panels = packed(weights.typed_data(), tile.units, 3 * tile.units, false);
  tile.weights = panels.data();
  tile.bias = bias.typed_data();
  tile.inputs = inputs.typed_data();
  tile.h0 = h0.typed_data();
  tile.h = h->typed_data();
  tile.gates = gates->typed_data();
  tile.extra = part->typed_data();
  run(pool, tile, 3 * tile.units, kernels().gru);
  return ffi::Error::Success();
}

ffi::Error GruGradient(ffi::ThreadPool pool, Buffer d_outputs, Buffer d_last, Buffer h0, Buffer h,
                       Buffer gates, Buffer part, Buffer weights, Buffer /*bias*/, Mask mask,
                       Result d_inputs, Result d_h0, bool reverse) {
  RecurrenceTile tile = tile_of(gates, h0, mask, reverse);
  const auto panels = packed(weights.typed_data(), 3 * tile.units, tile.units, true);
  tile.weights = panels.data();
  tile.d_outputs = d_outputs.typed_data();
  tile.d_last_h = d_last.typed_data();
  tile.h0 = h0.typed_data();
  tile.h = h.typed_data();
  tile.gates = gates.typed_data();
  tile.extra = part.typed_data();
  tile.d_inputs = d_inputs->typed_data();
  tile.d_h0 = d_h0->typed_data();
  run(pool, tile, 4 * tile.units, kernels().gru_gradient);
  return ffi::Error::Success();
}

}  // namespace
}  // namespace cornu

#pragma GCC visibility push(default)  // all else stays inside the library

#define CORNU_REVERSE .Attr<bool>("reverse")

XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_lstm, cornu::Lstm,
                              CORNU_CALL CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_MASK
                                  CORNU_RESULT CORNU_RESULT CORNU_RESULT CORNU_REVERSE);
XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_lstm_gradient, cornu::LstmGradient,
                              CORNU_CALL CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY
                                  CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_MASK
                                      CORNU_RESULT CORNU_RESULT CORNU_RESULT CORNU_REVERSE);
XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_gru, cornu::Gru,
                              CORNU_CALL CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_MASK
                                  CORNU_RESULT CORNU_RESULT CORNU_RESULT CORNU_REVERSE);
XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_gru_gradient, cornu::GruGradient,
                              CORNU_CALL CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY
                                  CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_MASK CORNU_RESULT
                                      CORNU_RESULT CORNU_REVERSE);
