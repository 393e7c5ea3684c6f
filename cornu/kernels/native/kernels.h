// The computations that exist once per instruction set, as a table of functions.
//
// Everything else (shapes, padding, threads) is compiled once and calls through this table.
#pragma once

namespace cornu {

// `length` floats that lie side by side, `offset` floats from where a window starts. What a window
// sees is a few runs: one per row of taps where the taps touch.
struct Run {
  long offset, length;
};

// Columns of a matrix that lie together, `offset` floats from where the first panel starts: all
// rows of so many vectors, of which so many columns exist.
struct Panel {
  long first, offset;
  int vectors, valid;
};

// A matrix of `depth` rows as panels; see panels.h.
struct PanelMatrix {
  const float* data;
  const Panel* panels;
  long count, depth;
};

// What follows a sum: y = max(sum * scale + bias + residual, 0), each of them optional.
struct Finish {
  const float *scale, *bias;  // of the channels at hand; null: none
  const float* residual;      // laid out as the result; null: none
  bool rectify;
};

// The same, `place` floats and `channel` channels further in the result. Static, because this is
// compiled once for each instruction set and the linker must not merge the copies.
static inline Finish further(const Finish& f, long place, long channel) {
  return {f.scale ? f.scale + channel : nullptr, f.bias ? f.bias + channel : nullptr,
          f.residual ? f.residual + place : nullptr, f.rectify};
}

// One row of outputs, one panel of output channels: y[p][k] (+)= sum over runs x[p + run] w[.][k].
struct RowTile {
  const float* x;
  long x_step, count;  // floats from one window to the next; windows
  const Run* runs;
  int run_count;
  const float* weights;  // one row of `panel` vectors per float of the runs
  int panel;             // vectors: 1, 2 or 4
  float* y;
  long y_step;
  int valid;         // channels of the panel that exist
  bool accumulate;   // add to y
  bool last;         // sums are complete
  Finish finish;     // of complete sums
};

// A gradient of weights over a block of rows: g[q][k] += sum over windows x[window + q] d[window][k].
struct WeightTile {
  const float* x;  // where the run starts in the first window
  long x_step, x_row, length;
  const float* d;  // packed: `panel` vectors per window, windows in order
  int panel;
  long count, rows;
  float* g;
  long g_step;
  int valid;
  long d_step, d_row;  // weight_few alone: d as it lies in memory
};

// A depthwise row: y[p][c] = sum over taps x[p + tap][c] w[tap][c].
struct DepthwiseTile {
  const float* x;
  long x_step, count;
  const Run* taps;  // lengths unused
  int tap_count;
  const float* weights;  // channels per tap, at taps[t].length of the kernel
  float* y;
  long y_step, channels;
  Finish finish;
};

struct DepthwiseWeightTile {
  const float *x, *d;
  long x_step, x_row, d_step, d_row, count, rows, channels;
  float* g;
};

// Squares of a row-major map and their 16 frequencies, which lie `step` floats apart.
struct WinogradTile {
  const float* in;  // winograd_input reads it, winograd_output writes out
  float* out;
  long row;  // floats from one row of the map to the next
  float* frequencies;
  long step, channels, tile_rows, tile_columns;
  long rows, columns;  // of outputs that exist
  Finish finish;
};

// Windows of 3x3 weights of one seen channel, `channels` of them, to their 16 frequencies.
struct WinogradWeights {
  const float* taps;  // nine, tap_step floats apart
  long tap_step, channels;
  float* frequencies;
  long step;
};

// What a rectified sum hands back: out = d where y > 0, else 0; sums[c] += out over the rows.
struct RectifiedTile {
  const float *y, *d;
  float* out;
  long rows, channels;
  float* sums;
};

// One block of rows of a batch through a whole recurrence. Gates lie `units` apart, padded to
// whole vectors; see recurrence_tiles.h.
struct RecurrenceTile {
  long time, batch, units, first, rows;
  bool reverse;
  const bool* mask;  // (time, batch) or null
  PanelMatrix weights;
  const float* bias;  // recurrent bias, or null
  const float *inputs, *h0, *c0;
  float *h, *c, *gates, *extra;  // made forward, only read by the gradient
  const float *d_outputs, *d_last_h, *d_last_c;
  float *d_inputs, *d_h0, *d_c0;
  float* scratch;
};

// Windows of a row that look at the same taps; d lies window after window.
struct PoolTile {
  const float* x;
  long x_step, count;
  const long* taps;
  int tap_count;
  const float* d;
  float* gradient;  // laid out as x
  long channels;
};

// Rows of attention's scores, `step` floats apart, which is `places` rounded up to whole vectors.
struct SharesTile {
  float *scores, *gradients;
  long step, rows, places;
  const bool* mask;  // false: does not count; null: all do
  long mask_row, mask_place;  // bools from one to the next; 0: they share one
  float* statistics;          // of each row: largest score, 1 / sum of exponentials
};

// Elements of an array that are kept at random.
struct KeepTile {
  const unsigned* key;  // two words
  long first;           // number of the first element
  int count;
  unsigned bound;  // of 2^23
  bool* kept;
};

struct Kernels {
  const char* name;
  int lanes, widest_panel;
  void (*row)(const RowTile&);
  void (*dot_row)(const RowTile&);
  void (*weight)(const WeightTile&);
  void (*weight_few)(const WeightTile&);
  void (*depthwise_row)(const DepthwiseTile&);
  void (*depthwise_weight)(const DepthwiseWeightTile&);
  void (*winograd_input)(const WinogradTile&);
  void (*winograd_output)(const WinogradTile&);
  void (*winograd_weights)(const WinogradWeights&);
  void (*rectified_gradient)(const RectifiedTile&);
  void (*pool_gradient_row)(const PoolTile&);
  void (*lstm)(const RecurrenceTile&);
  void (*lstm_gradient)(const RecurrenceTile&);
  void (*gru)(const RecurrenceTile&);
  void (*gru_gradient)(const RecurrenceTile&);
  void (*shares)(const SharesTile&);
  void (*shares_gradient)(const SharesTile&);
  void (*keep)(const KeepTile&);
};

// The table for the machine at hand; CORNU_NATIVE_ISA=avx512|avx2|plain asks for a lower one.
const Kernels& kernels();

}  // namespace cornu
