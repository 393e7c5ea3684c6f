// LSTM and GRU over whole sequences for a few rows of a batch. Rows do not depend on each other,
// so that threads never wait for each other between steps.
#pragma once

// Where step number `step` lies in time, and the state before it.
static inline long time_of(const RecurrenceTile& t, long step) {
  return t.reverse ? t.time - 1 - step : step;
}

static inline const float* state_before(const RecurrenceTile& t, const float* states,
                                        const float* first, long step) {
  const long row = t.first * t.units;
  return step == 0 ? first + row : states + time_of(t, step - 1) * t.batch * t.units + row;
}

static inline bool skipped(const RecurrenceTile& t, long now, long row) {
  return t.mask && !t.mask[now * t.batch + t.first + row];
}

// out[row] += in[row] @ weights.
static void add_product(const RecurrenceTile& t, const float* in, long in_step, float* out,
                        long out_step) {
  const Run run = {0, t.weights.depth};
  for (long i = 0; i < t.weights.count; i++) {
    const Panel& panel = t.weights.panels[i];
    row({in, in_step, t.rows, &run, 1, t.weights.data + panel.offset, panel.vectors,
         out + panel.first, out_step, panel.valid, true, false, {}});
  }
}

static inline void copy(float* to, const float* from, long count) {
  for (long i = 0; i < count; i++) to[i] = from[i];
}

// gates: (time, batch, 4 units): i, f, g, o after their activations.
static void lstm(const RecurrenceTile& t) {
  const long u = t.units;
  for (long step = 0; step < t.time; step++) {
    const long now = time_of(t, step), at = now * t.batch + t.first;
    const float* h_before = state_before(t, t.h, t.h0, step);
    const float* c_before = state_before(t, t.c, t.c0, step);
    copy(t.gates + at * 4 * u, t.inputs + at * 4 * u, t.rows * 4 * u);
    add_product(t, h_before, u, t.gates + at * 4 * u, 4 * u);
    for (long row = 0; row < t.rows; row++) {
      float *gate = t.gates + (at + row) * 4 * u, *h = t.h + (at + row) * u,
            *c = t.c + (at + row) * u;
      const float* c_old = c_before + row * u;
      for (long k = 0; k < u; k += LANES) {
        const long left = u - k;
        const Vector i = sigmoid(load_some(gate + k, left));
        const Vector f = sigmoid(load_some(gate + u + k, left));
        const Vector g = hyperbolic_tangent(load_some(gate + 2 * u + k, left));
        const Vector o = sigmoid(load_some(gate + 3 * u + k, left));
        const Vector cell = f * load_some(c_old + k, left) + i * g;
        store_some(c + k, cell, left);
        store_some(h + k, o * hyperbolic_tangent(cell), left);
        store_some(gate + k, i, left);
        store_some(gate + u + k, f, left);
        store_some(gate + 2 * u + k, g, left);
        store_some(gate + 3 * u + k, o, left);
      }
      if (skipped(t, now, row)) {
        copy(h, h_before + row * u, u);
        copy(c, c_old, u);
      }
    }
  }
}

// scratch: d_h and d_c, (rows, units) each. d_inputs is the gradient before the activations.
static void lstm_gradient(const RecurrenceTile& t) {
  const long u = t.units;
  float *d_h = t.scratch, *d_c = d_h + t.rows * u;
  copy(d_h, t.d_last_h + t.first * u, t.rows * u);
  copy(d_c, t.d_last_c + t.first * u, t.rows * u);
  for (long step = t.time - 1; step >= 0; step--) {
    const long now = time_of(t, step), at = now * t.batch + t.first;
    const float* c_before = state_before(t, t.c, t.c0, step);
    for (long row = 0; row < t.rows; row++) {
      const float *gate = t.gates + (at + row) * 4 * u, *c = t.c + (at + row) * u,
                  *d_output = t.d_outputs + (at + row) * u, *c_old = c_before + row * u;
      float *d = t.d_inputs + (at + row) * 4 * u, *dh = d_h + row * u, *dc = d_c + row * u;
      if (skipped(t, now, row)) {
        for (long k = 0; k < u; k++) dh[k] += d_output[k];
        for (long k = 0; k < 4 * u; k++) d[k] = 0;
        continue;
      }
      for (long k = 0; k < u; k += LANES) {
        const long left = u - k;
        const Vector i = load_some(gate + k, left), f = load_some(gate + u + k, left);
        const Vector g = load_some(gate + 2 * u + k, left), o = load_some(gate + 3 * u + k, left);
        const Vector bent = hyperbolic_tangent(load_some(c + k, left));
        const Vector up = load_some(dh + k, left) + load_some(d_output + k, left);
        const Vector cell = load_some(dc + k, left) + up * o * (1.0f - bent * bent);
        store_some(d + k, cell * g * i * (1.0f - i), left);
        store_some(d + u + k, cell * load_some(c_old + k, left) * f * (1.0f - f), left);
        store_some(d + 2 * u + k, cell * i * (1.0f - g * g), left);
        store_some(d + 3 * u + k, up * bent * o * (1.0f - o), left);
        store_some(dc + k, cell * f, left);
        store_some(dh + k, Vector{}, left);
      }
    }
    add_product(t, t.d_inputs + at * 4 * u, 4 * u, d_h, u);
  }
  copy(t.d_h0 + t.first * u, d_h, t.rows * u);
  copy(t.d_c0 + t.first * u, d_c, t.rows * u);
}

// gates: (time, batch, 3 units): z, r, n after their activations; extra: (time, batch, units), the
// recurrent part of n before the reset gate. scratch: (rows, 3 units).
static void gru(const RecurrenceTile& t) {
  const long u = t.units;
  float* recurrent = t.scratch;
  for (long step = 0; step < t.time; step++) {
    const long now = time_of(t, step), at = now * t.batch + t.first;
    const float* h_before = state_before(t, t.h, t.h0, step);
    for (long row = 0; row < t.rows; row++) copy(recurrent + row * 3 * u, t.bias, 3 * u);
    add_product(t, h_before, u, recurrent, 3 * u);
    for (long row = 0; row < t.rows; row++) {
      const float *in = t.inputs + (at + row) * 3 * u, *from = recurrent + row * 3 * u,
                  *h_old = h_before + row * u;
      float *gate = t.gates + (at + row) * 3 * u, *h = t.h + (at + row) * u;
      for (long k = 0; k < u; k += LANES) {
        const long left = u - k;
        const Vector z = sigmoid(load_some(in + k, left) + load_some(from + k, left));
        const Vector r = sigmoid(load_some(in + u + k, left) + load_some(from + u + k, left));
        const Vector part = load_some(from + 2 * u + k, left);
        const Vector n = hyperbolic_tangent(load_some(in + 2 * u + k, left) + r * part);
        const Vector old = load_some(h_old + k, left);
        store_some(h + k, z * old + (1.0f - z) * n, left);
        store_some(gate + k, z, left);
        store_some(gate + u + k, r, left);
        store_some(gate + 2 * u + k, n, left);
        store_some(t.extra + (at + row) * u + k, part, left);
      }
      if (skipped(t, now, row)) copy(h, h_old, u);
    }
  }
}

// scratch: d_h (rows, units), then the gradient of the recurrent product (rows, 3 units).
static void gru_gradient(const RecurrenceTile& t) {
  const long u = t.units;
  float *d_h = t.scratch, *d_recurrent = d_h + t.rows * u;
  copy(d_h, t.d_last_h + t.first * u, t.rows * u);
  for (long step = t.time - 1; step >= 0; step--) {
    const long now = time_of(t, step), at = now * t.batch + t.first;
    const float* h_before = state_before(t, t.h, t.h0, step);
    for (long row = 0; row < t.rows; row++) {
      const float *gate = t.gates + (at + row) * 3 * u, *h_old = h_before + row * u,
                  *d_output = t.d_outputs + (at + row) * u;
      float *d = t.d_inputs + (at + row) * 3 * u, *dh = d_h + row * u,
            *dr = d_recurrent + row * 3 * u;
      if (skipped(t, now, row)) {
        for (long k = 0; k < u; k++) dh[k] += d_output[k];
        for (long k = 0; k < 3 * u; k++) d[k] = dr[k] = 0;
        continue;
      }
      for (long k = 0; k < u; k += LANES) {
        const long left = u - k;
        const Vector z = load_some(gate + k, left), r = load_some(gate + u + k, left);
        const Vector n = load_some(gate + 2 * u + k, left);
        const Vector up = load_some(dh + k, left) + load_some(d_output + k, left);
        const Vector d_n = up * (1.0f - z) * (1.0f - n * n);
        const Vector d_z = up * (load_some(h_old + k, left) - n) * z * (1.0f - z);
        const Vector d_r = d_n * load_some(t.extra + (at + row) * u + k, left) * r * (1.0f - r);
        store_some(d + k, d_z, left);
        store_some(d + u + k, d_r, left);
        store_some(d + 2 * u + k, d_n, left);
        store_some(dr + k, d_z, left);
        store_some(dr + u + k, d_r, left);
        store_some(dr + 2 * u + k, d_n * r, left);
        store_some(dh + k, up * z, left);
      }
    }
    add_product(t, d_recurrent, 3 * u, d_h, u);
  }
  copy(t.d_h0 + t.first * u, d_h, t.rows * u);
}
