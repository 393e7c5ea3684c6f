// Transforms of Winograd's F(2x2, 3x3), vectors along the channels; see convolution_winograd.h.
#pragma once

// Every 4x4 square of the data, two apart, to its 16 frequencies: B^T d B.
static void winograd_input(const WinogradTile& t) {
  for (long i = 0; i < t.tile_rows; i++)
    for (long j = 0; j < t.tile_columns; j++)
      for (long c = 0; c < t.channels; c += LANES) {
        const float* x = t.in + 2 * i * t.row + 2 * j * t.channels + c;
        Vector half[4][4];
        for (int q = 0; q < 4; q++) {
          const float* column = x + q * t.channels;
          const Vector a = load(column), b = load(column + t.row), d = load(column + 2 * t.row),
                       e = load(column + 3 * t.row);
          half[0][q] = a - d;
          half[1][q] = b + d;
          half[2][q] = d - b;
          half[3][q] = b - e;
        }
        float* to = t.frequencies + (i * t.tile_columns + j) * t.channels + c;
        for (int p = 0; p < 4; p++, to += 4 * t.step) {
          store(to, half[p][0] - half[p][2]);
          store(to + t.step, half[p][1] + half[p][2]);
          store(to + 2 * t.step, half[p][2] - half[p][1]);
          store(to + 3 * t.step, half[p][1] - half[p][3]);
        }
      }
}

// Back to 2x2 outputs, A^T m A, of which the last row and column may not exist.
static void winograd_output(const WinogradTile& t) {
  for (long i = 0; i < t.tile_rows; i++)
    for (long j = 0; j < t.tile_columns; j++)
      for (long c = 0; c < t.channels; c += LANES) {
        const float* m = t.frequencies + (i * t.tile_columns + j) * t.channels + c;
        Vector half[2][4];
        for (int q = 0; q < 4; q++) {
          const Vector a = load(m + q * t.step), b = load(m + (4 + q) * t.step),
                       d = load(m + (8 + q) * t.step), e = load(m + (12 + q) * t.step);
          half[0][q] = a + b + d;
          half[1][q] = b - d - e;
        }
        const Vector bias = t.bias ? load(t.bias + c) : Vector{};
        for (int p = 0; p < 2 && 2 * i + p < t.rows; p++) {
          float* y = t.out + (2 * i + p) * t.row + 2 * j * t.channels + c;
          const Vector first = half[p][0] + half[p][1] + half[p][2] + bias;
          const Vector second = half[p][1] - half[p][2] - half[p][3] + bias;
          store(y, t.rectify ? rectified(first) : first);
          if (2 * j + 1 < t.columns) store(y + t.channels, t.rectify ? rectified(second) : second);
        }
      }
}
