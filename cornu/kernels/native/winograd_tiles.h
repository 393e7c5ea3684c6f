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
        for (int p = 0; p < 2 && 2 * i + p < t.rows; p++) {
          const long place = (2 * i + p) * t.row + 2 * j * t.channels + c;
          const Finish finish = further(t.finish, place, c);
          const Vector first = half[p][0] + half[p][1] + half[p][2];
          const Vector second = half[p][1] - half[p][2] - half[p][3];
          store(t.out + place, finished<true>(finish, first, 0, LANES));
          if (2 * j + 1 < t.columns)
            store(t.out + place + t.channels, finished<true>(finish, second, t.channels, LANES));
        }
      }
}

// Windows of weights to their frequencies, G g G^T; `channels` whole vectors of them.
static void winograd_weights(const WinogradWeights& t) {
  for (long c = 0; c < t.channels; c += LANES) {
    Vector half[4][3];
    for (int j = 0; j < 3; j++) {
      const float* g = t.taps + j * t.tap_step + c;
      const Vector a = load(g), b = load(g + 3 * t.tap_step), d = load(g + 6 * t.tap_step);
      half[0][j] = a;
      half[1][j] = 0.5f * (a + b + d);
      half[2][j] = 0.5f * (a - b + d);
      half[3][j] = d;
    }
    float* to = t.frequencies + c;
    for (int i = 0; i < 4; i++, to += 4 * t.step) {
      store(to, half[i][0]);
      store(to + t.step, 0.5f * (half[i][0] + half[i][1] + half[i][2]));
      store(to + 2 * t.step, 0.5f * (half[i][0] - half[i][1] + half[i][2]));
      store(to + 3 * t.step, half[i][2]);
    }
  }
}
