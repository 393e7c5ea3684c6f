// Inner loops of convolutions: tiles of accumulators that stay in registers.
#pragma once

// AVX-512 has 32 registers, AVX2 and SSE 16: tiles take 24 or 12 of them. (NEON has 32 as well, but
// nobody has measured larger tiles there.)
#if LANES == 16
#define WIDEST 4
#else
#define WIDEST 2
#endif

// A vector of complete sums that goes `place` floats behind the first one.
template <bool WHOLE>
static inline Vector finished(const Finish& f, Vector v, long place, long left) {
  if (f.scale) v *= channels_at<WHOLE>(f.scale, left);
  if (f.bias) v += channels_at<WHOLE>(f.bias, left);
  if (f.residual) v += channels_at<WHOLE>(f.residual + place, left);
  return f.rectify ? rectified(v) : v;
}

// One thing after the other, so that few vectors are needed beside the sums.
template <int WINDOWS, int PANEL>
static inline void finish_tile(const RowTile& t, const Finish& f, Vector (&total)[WINDOWS][PANEL]) {
  for (int j = 0; j < PANEL; j++) {
    const long left = t.valid - j * LANES;
    if (f.scale) {
      const Vector scale = load_some(f.scale + j * LANES, left);
      for (int p = 0; p < WINDOWS; p++) total[p][j] *= scale;
    }
    if (f.bias) {
      const Vector bias = load_some(f.bias + j * LANES, left);
      for (int p = 0; p < WINDOWS; p++) total[p][j] += bias;
    }
    if (f.residual)
      for (int p = 0; p < WINDOWS; p++)
        total[p][j] += load_some(f.residual + p * t.y_step + j * LANES, left);
    if (f.rectify)
      for (int p = 0; p < WINDOWS; p++) total[p][j] = rectified(total[p][j]);
  }
}

template <int WINDOWS, int PANEL>
static inline void row_tile(const RowTile& t, long first) {
  const float* x = t.x + first * t.x_step;
  float* y = t.y + first * t.y_step;
  const float* w = t.weights;
  Vector total[WINDOWS][PANEL];
  for (int p = 0; p < WINDOWS; p++)
    for (int j = 0; j < PANEL; j++)
      total[p][j] =
          t.accumulate ? load_some(y + p * t.y_step + j * LANES, t.valid - j * LANES) : Vector{};
  const long step = t.x_step;
  // What is added at the end is on its way while sums are made: it was written a layer ago or more, and
  // rows of a panel are too far apart for the processor to guess (ResNet50: 52.2 pictures a second, 49.8 without).
  if (t.last && t.finish.residual)
    for (int p = 0; p < WINDOWS; p++)
      for (int j = 0; j < PANEL; j++)
        __builtin_prefetch(t.finish.residual + (first + p) * t.y_step + j * LANES);
  for (int r = 0; r < t.run_count; r++) {
    const float* seen = x + t.runs[r].offset;
    for (long q = 0; q < t.runs[r].length; q++) {
      Vector weight[PANEL];
      for (int j = 0; j < PANEL; j++) weight[j] = load(w + j * LANES);
      w += PANEL * LANES;
      for (int p = 0; p < WINDOWS; p++) {
        const float value = seen[p * step + q];
        for (int j = 0; j < PANEL; j++) total[p][j] += value * weight[j];
      }
    }
  }
  if (t.last) finish_tile<WINDOWS, PANEL>(t, further(t.finish, first * t.y_step, 0), total);
  if (t.valid == PANEL * LANES) {
    for (int p = 0; p < WINDOWS; p++)
      for (int j = 0; j < PANEL; j++) store(y + p * t.y_step + j * LANES, total[p][j]);
  } else {
    for (int p = 0; p < WINDOWS; p++)
      for (int j = 0; j < PANEL; j++)
        store_some(y + p * t.y_step + j * LANES, total[p][j], t.valid - j * LANES);
  }
}

// A row by tiles of up to WINDOWS; the last two share what is left evenly, because a tile of one or
// two windows waits for its additions and reads all weights for little.
template <int PANEL, int WINDOWS>
struct Rows {
  static void tile(const RowTile& t, long first, long windows) {
    if (windows == WINDOWS) return row_tile<WINDOWS, PANEL>(t, first);
    Rows<PANEL, WINDOWS - 1>::tile(t, first, windows);
  }
  static void all(const RowTile& t) {
    for (long p = 0; p < t.count;) {
      const long left = t.count - p;
      const long windows = left <= WINDOWS ? left : left >= 2 * WINDOWS ? WINDOWS : (left + 1) / 2;
      tile(t, p, windows);
      p += windows;
    }
  }
};

template <int PANEL>
struct Rows<PANEL, 0> {
  static void tile(const RowTile&, long, long) {}
};

static void row(const RowTile& t) {
#if WIDEST == 4
  if (t.panel == 4) return Rows<4, 6>::all(t);
  if (t.panel == 2) return Rows<2, 12>::all(t);
#else
  if (t.panel == 2) return Rows<2, 6>::all(t);
#endif
  Rows<1, 12>::all(t);
}

// Few output channels: vectors along the runs, one sum for each channel. weights[k] holds all runs.
template <int CHANNELS>
static void dot_row_of(const RowTile& t) {
  long whole = 0;
  for (int r = 0; r < t.run_count; r++) whole += t.runs[r].length;
  for (long p = 0; p < t.count; p++) {
    Vector even[CHANNELS] = {}, odd[CHANNELS] = {};
    float rest[CHANNELS] = {};
    const float* w = t.weights;
    for (int r = 0; r < t.run_count; r++) {
      const float* seen = t.x + p * t.x_step + t.runs[r].offset;
      const long length = t.runs[r].length;
      long q = 0;
      for (; q + 2 * LANES <= length; q += 2 * LANES) {
        const Vector a = load(seen + q), b = load(seen + q + LANES);
        for (int k = 0; k < CHANNELS; k++) {
          even[k] += a * load(w + k * whole + q);
          odd[k] += b * load(w + k * whole + q + LANES);
        }
      }
      for (; q + LANES <= length; q += LANES) {
        const Vector a = load(seen + q);
        for (int k = 0; k < CHANNELS; k++) even[k] += a * load(w + k * whole + q);
      }
      for (; q < length; q++)
        for (int k = 0; k < CHANNELS; k++) rest[k] += seen[q] * w[k * whole + q];
      w += length;
    }
    float* y = t.y + p * t.y_step;
    for (int k = 0; k < CHANNELS; k++) {
      float total = sum(even[k] + odd[k]) + rest[k];
      if (t.finish.scale) total *= t.finish.scale[k];
      if (t.finish.bias) total += t.finish.bias[k];
      if (t.finish.residual) total += t.finish.residual[p * t.y_step + k];
      y[k] = t.finish.rectify && total < 0.0f ? 0.0f : total;
    }
  }
}

static void dot_row(const RowTile& t) {
  switch (t.valid) {
    case 1: return dot_row_of<1>(t);
    case 2: return dot_row_of<2>(t);
    case 3: return dot_row_of<3>(t);
    default: return dot_row_of<4>(t);
  }
}

template <int TAPS, int PANEL>
static inline void weight_tile(const WeightTile& t, long q) {
  Vector total[TAPS][PANEL] = {};
  const float* d = t.d;
  for (long row = 0; row < t.rows; row++) {
    const float* x = t.x + row * t.x_row + q;
    for (long p = 0; p < t.count; p++) {
      Vector value[PANEL];
      for (int j = 0; j < PANEL; j++) value[j] = load(d + j * LANES);
      d += PANEL * LANES;
      for (int i = 0; i < TAPS; i++)
        for (int j = 0; j < PANEL; j++) total[i][j] += x[i] * value[j];
      x += t.x_step;
    }
  }
  for (int i = 0; i < TAPS; i++)
    for (int j = 0; j < PANEL; j++) {
      float* g = t.g + (q + i) * t.g_step + j * LANES;
      const long valid = t.valid - j * LANES;
      store_some(g, load_some(g, valid) + total[i][j], valid);
    }
}

template <int PANEL, int TAPS>
static void weight_of(const WeightTile& t) {
  long q = 0;
  for (; q + TAPS <= t.length; q += TAPS) weight_tile<TAPS, PANEL>(t, q);
  if (TAPS > 6)
    for (; q + 6 <= t.length; q += 6) weight_tile<6, PANEL>(t, q);
  for (; q + 3 <= t.length; q += 3) weight_tile<3, PANEL>(t, q);
  for (; q < t.length; q++) weight_tile<1, PANEL>(t, q);
}

static void weight(const WeightTile& t) {
#if WIDEST == 4
  if (t.panel == 4) return weight_of<4, 6>(t);
  if (t.panel == 2) return weight_of<2, 12>(t);
#else
  if (t.panel == 2) return weight_of<2, 6>(t);
#endif
  weight_of<1, 12>(t);
}

// Few filters: vectors along what the windows see, of which a few floats more may be read.
template <int FILTERS, int VECTORS>
static inline void weight_few_of(const WeightTile& t) {
  for (long q = 0; q < t.length; q += VECTORS * LANES) {
    Vector total[FILTERS][VECTORS] = {};
    for (long row = 0; row < t.rows; row++) {
      const float *x = t.x + row * t.x_row + q, *d = t.d + row * t.d_row;
      for (long p = 0; p < t.count; p++, x += t.x_step, d += t.d_step)
        for (int v = 0; v < VECTORS; v++) {
          const Vector seen = load(x + v * LANES);
          for (int k = 0; k < FILTERS; k++) total[k][v] += d[k] * seen;
        }
    }
    for (int k = 0; k < FILTERS; k++)
      for (int v = 0; v < VECTORS; v++)
        for (long i = 0; i < LANES && q + v * LANES + i < t.length; i++)
          t.g[(q + v * LANES + i) * t.g_step + k] += total[k][v][i];
  }
}

static void weight_few(const WeightTile& t) {
  switch (t.valid) {
    case 1: return weight_few_of<1, 4>(t);
    case 2: return weight_few_of<2, 4>(t);
    case 3: return weight_few_of<3, 2>(t);
    default: return weight_few_of<4, 2>(t);
  }
}

template <int WINDOWS, bool WHOLE>
static inline void depthwise_tile(const DepthwiseTile& t, long first, long channel) {
  const long left = t.channels - channel;
  Vector total[WINDOWS] = {};
  for (int tap = 0; tap < t.tap_count; tap++) {
    const Vector weight =
        channels_at<WHOLE>(t.weights + t.taps[tap].length * t.channels + channel, left);
    const float* x = t.x + first * t.x_step + t.taps[tap].offset + channel;
    for (int p = 0; p < WINDOWS; p++) total[p] += channels_at<WHOLE>(x + p * t.x_step, left) * weight;
  }
  const long place = first * t.y_step + channel;
  const Finish finish = further(t.finish, place, channel);
  for (int p = 0; p < WINDOWS; p++) total[p] = finished<WHOLE>(finish, total[p], p * t.y_step, left);
  float* y = t.y + place;
  for (int p = 0; p < WINDOWS; p++)
    WHOLE ? store(y + p * t.y_step, total[p]) : store_some(y + p * t.y_step, total[p], left);
}

template <bool WHOLE>
static inline void depthwise_channels(const DepthwiseTile& t, long channel) {
  long p = 0;
  for (; p + 8 <= t.count; p += 8) depthwise_tile<8, WHOLE>(t, p, channel);
  for (; p + 2 <= t.count; p += 2) depthwise_tile<2, WHOLE>(t, p, channel);
  for (; p < t.count; p++) depthwise_tile<1, WHOLE>(t, p, channel);
}

static void depthwise_row(const DepthwiseTile& t) {
  long channel = 0;
  for (; channel + LANES <= t.channels; channel += LANES) depthwise_channels<true>(t, channel);
  if (channel < t.channels) depthwise_channels<false>(t, channel);
}

template <bool WHOLE>
static inline void depthwise_weight_channels(const DepthwiseWeightTile& t, long channel) {
  const long left = t.channels - channel;
  Vector total[4] = {};
  for (long row = 0; row < t.rows; row++) {
    const float* x = t.x + row * t.x_row + channel;
    const float* d = t.d + row * t.d_row + channel;
    const auto product = [&](long p) {
      return channels_at<WHOLE>(x + p * t.x_step, left) * channels_at<WHOLE>(d + p * t.d_step, left);
    };
    long p = 0;
    for (; p + 4 <= t.count; p += 4)
      for (int i = 0; i < 4; i++) total[i] += product(p + i);
    for (; p < t.count; p++) total[0] += product(p);
  }
  float* g = t.g + channel;
  store_some(g, load_some(g, left) + (total[0] + total[1]) + (total[2] + total[3]), left);
}

static void depthwise_weight(const DepthwiseWeightTile& t) {
  long channel = 0;
  for (; channel + LANES <= t.channels; channel += LANES)
    depthwise_weight_channels<true>(t, channel);
  if (channel < t.channels) depthwise_weight_channels<false>(t, channel);
}
