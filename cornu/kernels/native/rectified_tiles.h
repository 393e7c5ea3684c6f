// The gradient of a rectified sum: what passes, and its sum over the rows.
#pragma once

template <int VECTORS, bool WHOLE>
static inline void rectified_channels(const RectifiedTile& t, long channel) {
  const long left = t.channels - channel;
  Vector sums[VECTORS] = {};
  for (long row = 0; row < t.rows; row++)
    for (int v = 0; v < VECTORS; v++) {
      const long place = row * t.channels + channel + v * LANES;
      const Vector passes = channels_at<WHOLE>(t.y + place, left) > 0.0f
                                ? channels_at<WHOLE>(t.d + place, left)
                                : Vector{};
      WHOLE ? store(t.out + place, passes) : store_some(t.out + place, passes, left);
      sums[v] += passes;
    }
  for (int v = 0; v < VECTORS; v++) {
    float* to = t.sums + channel + v * LANES;
    store_some(to, load_some(to, left - v * LANES) + sums[v], left - v * LANES);
  }
}

static inline void rectified_rows(const RectifiedTile& t) {
  long channel = 0;
  for (; channel + 4 * LANES <= t.channels; channel += 4 * LANES)
    rectified_channels<4, true>(t, channel);
  for (; channel + LANES <= t.channels; channel += LANES) rectified_channels<1, true>(t, channel);
  if (channel < t.channels) rectified_channels<1, false>(t, channel);
}

// Few channels: as many rows as fill four vectors are one row.
static void rectified_gradient(const RectifiedTile& t) {
  const long wide = 4 * LANES, joined = wide / t.channels;
  if (joined < 2 || joined * t.channels != wide) return rectified_rows(t);
  float sums[4 * LANES] = {};
  const long rows = t.rows / joined, place = rows * wide;
  rectified_rows({t.y, t.d, t.out, rows, wide, sums});
  for (long i = 0; i < wide; i++) t.sums[i % t.channels] += sums[i];
  rectified_rows({t.y + place, t.d + place, t.out + place, t.rows - rows * joined, t.channels, t.sums});
}
