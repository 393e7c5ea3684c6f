// LSTM and GRU sequences as custom calls of XLA: a few rows of the batch are one task.
//
// Arrays are (time, batch, ...); `mask` is (time, batch), or empty where every step counts.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "buffers.h"
#include "kernels.h"
#include "panels.h"
#include "parallel.h"

namespace cornu {
namespace {

// Rows of a task: one tile of the product holds 8 on every instruction set.
constexpr long kRows = 8;

// Tiles of four vectors hold fewer rows than a task has, and would read the weights twice.
constexpr int kWidest = 2;

// Weights as stored, (units, gates * units); transposed for the gradient.
Panels packed(const Buffer& weights, bool transposed) {
  const long units = weights.dimensions()[0], width = weights.dimensions()[1];
  if (transposed) return {weights.typed_data(), width, width, units, true, kWidest};
  return {weights.typed_data(), width, units, width, false, kWidest};
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
  const Panels panels = packed(weights, false);
  tile.weights = panels.matrix();
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
  const Panels panels = packed(weights, true);
  tile.weights = panels.matrix();
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
  const Panels panels = packed(weights, false);
  tile.weights = panels.matrix();
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
  const Panels panels = packed(weights, true);
  tile.weights = panels.matrix();
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
