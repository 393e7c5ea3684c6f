// A vector of floats as wide as the instruction set that this file is compiled for.
//
// Included once per instruction set, inside a namespace of its own (isa.cc). No standard
// templates here: the linker would merge copies compiled for different instruction sets.
#pragma once

#if defined(__AVX512F__)
#define LANES 16
#elif defined(__AVX2__)
#define LANES 8
#else
#define LANES 4
#endif

typedef float Vector __attribute__((vector_size(4 * LANES)));
typedef int Integers __attribute__((vector_size(4 * LANES)));
typedef float Unaligned __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

static inline Vector load(const float* p) { return *reinterpret_cast<const Unaligned*>(p); }
static inline void store(float* p, Vector v) { *reinterpret_cast<Unaligned*>(p) = v; }
static inline Vector all(float value) { return Vector{} + value; }

static inline Vector load_some(const float* p, long count) {
  if (count >= LANES) return load(p);
  float buffer[LANES] = {};
  for (long i = 0; i < count; i++) buffer[i] = p[i];
  return load(buffer);
}

static inline void store_some(float* p, Vector v, long count) {
  if (count >= LANES) return store(p, v);
  float buffer[LANES];
  store(buffer, v);
  for (long i = 0; i < count; i++) p[i] = buffer[i];
}

// NaN stays NaN.
static inline Vector rectified(Vector v) { return v < 0.0f ? Vector{} : v; }

// Whole vectors know at compile time that they are whole.
template <bool WHOLE>
static inline Vector channels_at(const float* p, long left) {
  return WHOLE ? load(p) : load_some(p, left);
}

static inline float sum(Vector v) {
  float lanes[LANES];
  store(lanes, v);
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lanes[i] += lanes[i + half];
  return lanes[0];
}

// exp to about 1 ulp: 2^n * exp(r), r in [-ln2/2, ln2/2], exp(r) by the polynomial of Cephes.
// Saturates outside [-87, 88]; NaN stays NaN.
static inline Vector exponential(Vector x) {
  Vector y = x > 88.0f ? all(88.0f) : x;
  y = y < -87.0f ? all(-87.0f) : y;
  const float round = 12582912.0f;  // 1.5 * 2^23: adding and taking away rounds to nearest
  Vector n = (y * 1.44269504088896341f + round) - round;
  Vector r = y - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  Vector p = all(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  Vector whole = n == n ? n : Vector{};  // NaN has no integer; p carries it
  Integers bits = (__builtin_convertvector(whole, Integers) + 127) << 23;
  return p * (Vector)bits;
}

static inline Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }

// tanh: odd polynomial near zero, where 2 sigmoid(2x) - 1 would cancel; 1 - 2 / (e^2x + 1) beyond.
static inline Vector hyperbolic_tangent(Vector x) {
  Vector square = x * x;
  Vector p = all(-5.70498872745e-3f);
  p = p * square + 2.06390887954e-2f;
  p = p * square - 5.37397155531e-2f;
  p = p * square + 1.33314422036e-1f;
  p = p * square - 3.33332819422e-1f;
  Vector near = x + x * square * p;
  Vector far = 1.0f - 2.0f / (exponential(x + x) + 1.0f);
  return square < 0.390625f ? near : far;
}
