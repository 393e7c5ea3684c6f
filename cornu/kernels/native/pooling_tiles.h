// The gradient of maximum pooling: vectors along the channels.
#pragma once

// The gradient of x: what d says goes to the first maximum of each window, and to the first NaN where
// there is one. One window after the other, since they may share places. Each comparison feeds one
// selection: joined by `|` they would leave the mask registers of AVX-512.
template <bool WHOLE>
static inline void pool_gradient_channels(const PoolTile& t, long channel) {
  const long left = t.channels - channel;
  for (long p = 0; p < t.count; p++) {
    const float* x = t.x + p * t.x_step + channel;
    float* y = t.gradient + p * t.x_step + channel;
    Vector best = channels_at<WHOLE>(x + t.taps[0], left);
    Integers winner = {};
    for (int tap = 1; tap < t.tap_count; tap++) {
      const Vector value = channels_at<WHOLE>(x + t.taps[tap], left);
      const Integers here = Integers{} + tap;
      winner = value > best ? here : winner;
      winner = value != value ? (best == best ? here : winner) : winner;
      best = value > best ? value : best;
      best = value != value ? value : best;
    }
    const Vector gradient = channels_at<WHOLE>(t.d + p * t.channels + channel, left);
    for (int tap = 0; tap < t.tap_count; tap++) {
      float* place = y + t.taps[tap];
      const Vector total =
          channels_at<WHOLE>(place, left) + (winner == tap ? gradient : Vector{});
      WHOLE ? store(place, total) : store_some(place, total, left);
    }
  }
}

static void pool_gradient_row(const PoolTile& t) {
  long channel = 0;
  for (; channel + LANES <= t.channels; channel += LANES) pool_gradient_channels<true>(t, channel);
  if (channel < t.channels) pool_gradient_channels<false>(t, channel);
}
