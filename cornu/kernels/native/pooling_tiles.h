// Maximum pooling: vectors along the channels, one window after the other.
#pragma once

// Larger, or NaN where the best so far is a number: NaN wins, and the first of equals stays.
static inline Integers better(Vector value, Vector best) {
  return (value > best) | ((value != value) & (best == best));
}

static void pool_row(const PoolTile& t) {
  for (long p = 0; p < t.count; p++) {
    const float* x = t.x + p * t.x_step;
    float* y = t.y + p * t.y_step;
    for (long channel = 0; channel < t.channels; channel += LANES) {
      const long left = t.channels - channel;
      Vector best = load_some(x + t.taps[0] + channel, left);
      for (int tap = 1; tap < t.tap_count; tap++) {
        const Vector value = load_some(x + t.taps[tap] + channel, left);
        best = better(value, best) ? value : best;
      }
      store_some(y + channel, best, left);
    }
  }
}

// y is the gradient of x here: what d says goes to the first maximum of each window.
static void pool_gradient_row(const PoolTile& t) {
  for (long p = 0; p < t.count; p++) {
    const float* x = t.x + p * t.x_step;
    const float* d = t.d + p * t.channels;
    float* y = t.y + p * t.x_step;
    for (long channel = 0; channel < t.channels; channel += LANES) {
      const long left = t.channels - channel;
      Vector best = load_some(x + t.taps[0] + channel, left);
      Integers winner = {};
      for (int tap = 1; tap < t.tap_count; tap++) {
        const Vector value = load_some(x + t.taps[tap] + channel, left);
        const Integers wins = better(value, best);
        best = wins ? value : best;
        winner = wins ? Integers{} + tap : winner;
      }
      const Vector gradient = load_some(d + channel, left);
      for (int tap = 0; tap < t.tap_count; tap++) {
        float* place = y + t.taps[tap] + channel;
        store_some(place, load_some(place, left) + (winner == tap ? gradient : Vector{}), left);
      }
    }
  }
}
