// Rows of scores: to shares of one, and from the gradient of shares to that of scores.
#pragma once

// Below every score that counts; its exponential is as good as nothing beside that of the largest.
#define LOWEST (-3.0e38f)

// Where the mask is false, a row's values become `value`.
static inline void put_where_masked(const SharesTile& t, long row, float* values, float value) {
  if (!t.mask) return;
  const bool* counts = t.mask + row * t.mask_row;
  if (t.mask_place)
    for (long j = 0; j < t.places; j++) values[j] = counts[j] ? values[j] : value;
  else if (!*counts)
    for (long j = 0; j < t.places; j++) values[j] = value;
}

// scores become exp(score - largest) / sum; statistics: (largest, 1 / sum) of each row. A row is
// padded to whole vectors, and what is there may be written over.
static void shares(const SharesTile& t) {
  for (long row = 0; row < t.rows; row++) {
    float* s = t.scores + row * t.step;
    for (long j = t.places; j % LANES; j++) s[j] = LOWEST;
    put_where_masked(t, row, s, LOWEST);
    Vector largest = all(LOWEST);
    for (long j = 0; j < t.places; j += LANES) {
      const Vector v = load(s + j);
      largest = v > largest ? v : largest;
    }
    float top = LOWEST;
    for (int i = 0; i < LANES; i++) top = largest[i] > top ? largest[i] : top;
    Vector total = {};
    for (long j = 0; j < t.places; j += LANES) {
      const Vector e = exponential(load(s + j) - top);
      store(s + j, e);
      if (!t.mask) total += e;
    }
    put_where_masked(t, row, s, 0.0f);
    if (t.mask) {
      for (long j = t.places; j % LANES; j++) s[j] = 0.0f;
      for (long j = 0; j < t.places; j += LANES) total += load(s + j);
    }
    const float whole = sum(total), factor = whole == 0.0f ? 0.0f : 1.0f / whole;
    for (long j = 0; j < t.places; j += LANES) store(s + j, load(s + j) * factor);
    t.statistics[2 * row] = top;
    t.statistics[2 * row + 1] = factor;
  }
}

// scores become the shares that they had; gradients, of the shares, become those of the scores:
// p * (d - sum(p * d)).
static void shares_gradient(const SharesTile& t) {
  for (long row = 0; row < t.rows; row++) {
    float *s = t.scores + row * t.step, *d = t.gradients + row * t.step;
    const float top = t.statistics[2 * row], factor = t.statistics[2 * row + 1];
    for (long j = t.places; j % LANES; j++) s[j] = LOWEST, d[j] = 0.0f;
    for (long j = 0; j < t.places; j += LANES) store(s + j, exponential(load(s + j) - top) * factor);
    put_where_masked(t, row, s, 0.0f);
    Vector total = {};
    for (long j = 0; j < t.places; j += LANES) total += load(s + j) * load(d + j);
    const float mean = sum(total);
    for (long j = 0; j < t.places; j += LANES) store(d + j, load(s + j) * (load(d + j) - mean));
  }
}
