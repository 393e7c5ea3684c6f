// The native kernels against their definitions, on threads of our own: no Python, no JAX, so that every
// sanitizer can watch (make sanitize). Each case runs on one thread, on several, and from several
// callers at once, as in a program of XLA whose operations overlap; kernels that promise the same bits
// whatever the threads must give them.
#include <cmath>
#include <cstring>
#include <functional>
#include <random>

#include "call.h"

extern "C" {
XLA_FFI_Handler cornu_convolution_output, cornu_convolution_data, cornu_convolution_kernel;
XLA_FFI_Handler cornu_convolution_packed, cornu_packed_weights;
int cornu_lanes(), cornu_widest_panel();
XLA_FFI_Handler cornu_max_pool_gradient, cornu_rectified_gradient;
XLA_FFI_Handler cornu_lstm, cornu_lstm_gradient, cornu_gru, cornu_gru_gradient;
XLA_FFI_Handler cornu_attention, cornu_attention_gradient, cornu_kept;
}

namespace {

int failures = 0, checks = 0;

Floats random(Shape shape, unsigned seed, float scale = 1.0f) {
  Floats made(std::move(shape));
  std::mt19937 bits(seed);
  std::normal_distribution<float> draw(0.0f, scale);
  for (int64_t i = 0; i < made.size(); i++) made[i] = draw(bits);
  return made;
}

void expect(bool holds, const std::string& what) {
  checks++;
  if (holds) return;
  failures++;
  std::fprintf(stderr, "FAILED: %s\n", what.c_str());
}

void expect_near(const Floats& found, const Floats& wanted, const std::string& what) {
  double size = 1.0, error = 0.0;
  for (int64_t i = 0; i < wanted.size(); i++) size = std::max<double>(size, std::fabs(wanted[i]));
  for (int64_t i = 0; i < wanted.size(); i++)
    error = std::max<double>(error, std::isnan(found[i]) ? 1e30 : std::fabs(found[i] - wanted[i]));
  expect(error <= 2e-5 * size, what + ": off by " + std::to_string(error) + " of " + std::to_string(size));
}

bool same_bits(const Floats& a, const Floats& b) {
  return !std::memcmp(a.data.get(), b.data.get(), sizeof(float) * static_cast<size_t>(a.size()));
}

// `run(pool)` alone on each number of threads, then from four callers that share three threads.
void on_threads(const std::string& what, bool same_on_any, const std::function<Floats(Pool&)>& run) {
  Pool one(1), three(3);
  const Floats alone = run(one), shared = run(three);
  if (same_on_any) expect(same_bits(alone, shared), what + ": other bits on three threads");
  expect_near(shared, alone, what + " on three threads");
  bool same[4];
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; i++) callers.emplace_back([&, i] { same[i] = same_bits(run(three), shared); });
  for (std::thread& caller : callers) caller.join();
  for (bool ok : same) expect(ok, what + ": other bits from callers at once");
}

// Convolutions: y[o] += x[o * stride + tap * dilation - low] w[tap], of which each result is a reading.

struct Convolution {
  const char* name;
  int64_t images, in[3], channels, filters, window[3], stride[3], low[3], high[3], dilation[3], groups;

  int64_t out(int i) const {
    return (in[i] + low[i] + high[i] - (window[i] - 1) * dilation[i] - 1) / stride[i] + 1;
  }
  Shape data() const { return {images, in[0], in[1], in[2], channels}; }
  Shape result() const { return {images, out(0), out(1), out(2), filters}; }
  Shape kernel() const { return {window[0], window[1], window[2], channels / groups, filters}; }

  // each(place in data, in kernel, in result) for every product of the definition.
  template <class Each>
  void products(const Each& each) const {
    const int64_t inputs = channels / groups, made = filters / groups;
    int64_t y = 0;
    for (int64_t n = 0; n < images; n++)
      for (int64_t d = 0; d < out(0); d++)
        for (int64_t h = 0; h < out(1); h++)
          for (int64_t w = 0; w < out(2); w++, y += filters)
            for (int64_t tap = 0; tap < window[0] * window[1] * window[2]; tap++) {
              const int64_t at[3] = {d * stride[0] + tap / (window[1] * window[2]) * dilation[0] - low[0],
                                     h * stride[1] + tap / window[2] % window[1] * dilation[1] - low[1],
                                     w * stride[2] + tap % window[2] * dilation[2] - low[2]};
              if (at[0] < 0 || at[0] >= in[0] || at[1] < 0 || at[1] >= in[1] || at[2] < 0 || at[2] >= in[2])
                continue;
              const int64_t x = (((n * in[0] + at[0]) * in[1] + at[1]) * in[2] + at[2]) * channels;
              for (int64_t c = 0; c < inputs; c++)
                for (int64_t k = 0; k < filters; k++)
                  each(x + k / made * inputs + c, (tap * inputs + c) * filters + k, y + k);
            }
  }

  // "Winograd" is computed by frequencies, unless the gradient of the kernel is wanted.
  bool frequencies() const { return !std::strncmp(name, "Winograd", 8); }

  enum Of { kKernel, kPlain, kPacked };
  std::vector<Attribute> attributes(Of what, bool rectify) const {
    std::vector<Attribute> all = {Attribute::list("dilation", {dilation, dilation + 3})};
    if (what != kKernel) all.push_back(Attribute::truth("frequencies", frequencies()));
    all.push_back(Attribute::number("groups", groups));
    if (what == kPacked) all.push_back(Attribute::list("kernel", kernel()));
    all.push_back(Attribute::list("low", {low, low + 3}));
    if (what != kKernel) all.push_back(Attribute::truth("rectify", rectify));
    all.push_back(Attribute::list("strides", {stride, stride + 3}));
    return all;
  }

  // Floats that its packed weights take.
  int64_t packed() const {
    const int64_t lanes = cornu_lanes();
    int64_t room = 0;
    for (int64_t left = filters / groups; left > 0;) {
      const int64_t vectors = cornu_widest_panel() == 4 && left >= 4 * lanes ? 4 : left > lanes ? 2 : 1;
      room += vectors * lanes;
      left -= vectors * lanes;
    }
    return groups * room * (channels / groups) * (frequencies() ? 16 : window[0] * window[1] * window[2]);
  }
};

const Convolution convolutions[] = {
    // name, images, in, channels, filters, window, stride, low, high, dilation, groups
    {"3x3", 2, {1, 9, 8}, 5, 19, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, {0, 1, 1}, {1, 1, 1}, 1},
    {"one channel", 3, {1, 12, 11}, 1, 16, {1, 3, 3}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}, 1},
    {"one filter", 2, {1, 7, 9}, 16, 1, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, {0, 1, 1}, {1, 1, 1}, 1},
    {"three filters", 2, {1, 7, 6}, 24, 3, {1, 3, 3}, {1, 2, 2}, {0, 1, 0}, {0, 1, 1}, {1, 1, 1}, 1},
    {"strides", 2, {1, 11, 10}, 3, 33, {1, 5, 4}, {1, 3, 2}, {0, 2, 1}, {0, 2, 2}, {1, 1, 1}, 1},
    {"dilation", 2, {1, 12, 13}, 6, 20, {1, 3, 3}, {1, 1, 1}, {0, 3, 2}, {0, 3, 2}, {1, 3, 2}, 1},
    {"stride over window", 1, {1, 9, 9}, 4, 8, {1, 2, 1}, {1, 4, 3}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}, 1},
    {"1-D, causal", 3, {1, 1, 23}, 7, 17, {1, 1, 4}, {1, 1, 1}, {0, 0, 6}, {0, 0, 0}, {1, 1, 2}, 1},
    {"3-D", 2, {4, 5, 6}, 3, 18, {2, 3, 3}, {1, 2, 1}, {1, 1, 1}, {0, 1, 1}, {1, 1, 1}, 1},
    {"cut", 2, {1, 8, 9}, 4, 10, {1, 3, 3}, {1, 1, 1}, {0, -1, -2}, {0, 0, -1}, {1, 1, 1}, 1},
    {"groups", 2, {1, 6, 7}, 12, 9, {1, 3, 2}, {1, 1, 1}, {0, 1, 0}, {0, 1, 1}, {1, 1, 1}, 3},
    {"groups of few", 2, {1, 6, 7}, 34, 4, {1, 3, 2}, {1, 1, 1}, {0, 1, 0}, {0, 1, 1}, {1, 1, 1}, 2},
    {"depthwise", 2, {1, 9, 10}, 21, 21, {1, 3, 3}, {1, 2, 1}, {0, 1, 1}, {0, 1, 1}, {1, 1, 2}, 21},
    {"depthwise, twice", 2, {1, 6, 7}, 5, 10, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, {0, 1, 1}, {1, 1, 1}, 5},
    {"Winograd", 2, {1, 13, 12}, 32, 64, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, {0, 1, 1}, {1, 1, 1}, 1},
    {"Winograd, odd", 3, {2, 15, 15}, 48, 32, {1, 3, 3}, {1, 1, 1}, {0, 0, 1}, {0, 0, 1}, {1, 1, 1}, 1},
    {"Winograd, squares of two images", 2, {1, 14, 14}, 96, 96, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, {0, 1, 1}, {1, 1, 1}, 1},
    {"one tap", 3, {1, 7, 9}, 40, 70, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}, 1},
    {"one tap, few filters", 3, {1, 7, 9}, 40, 3, {1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 0, 0}, {1, 1, 1}, 1},
    {"weights in pieces", 1, {1, 6, 5}, 96, 70, {1, 5, 5}, {1, 2, 1}, {0, 2, 2}, {0, 2, 2}, {1, 1, 1}, 1},
    {"large kernel", 1, {1, 6, 5}, 80, 200, {1, 3, 3}, {1, 2, 2}, {0, 1, 1}, {0, 1, 1}, {1, 1, 1}, 1},
    {"rows over many tasks", 1, {1, 70, 66}, 20, 4, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, {0, 1, 1}, {1, 1, 1}, 1},
    {"no images", 0, {1, 5, 5}, 3, 4, {1, 3, 3}, {1, 1, 1}, {0, 1, 1}, {0, 1, 1}, {1, 1, 1}, 1},
};

// What follows a sum; what is empty is not there.
struct Finish {
  Floats scale, bias, residual;
  bool rectify;

  Finish(bool wanted, const Shape& result, unsigned seed)
      : scale(random({wanted ? result.back() : 0}, seed)),
        bias(random({wanted ? result.back() : 0}, seed + 1)),
        residual(random(wanted ? result : Shape{0}, seed + 2)), rectify(wanted) {}

  void operator()(Floats& y) const {
    for (int64_t i = 0; i < y.size(); i++) {
      if (scale.size()) y[i] *= scale[i % scale.size()];
      if (bias.size()) y[i] += bias[i % bias.size()];
      if (residual.size()) y[i] += residual[i];
      if (rectify && y[i] < 0) y[i] = 0;
    }
  }
};

void check_convolution(const Convolution& c) {
  const Floats x = random(c.data(), 1), w = random(c.kernel(), 2, 0.3f), d = random(c.result(), 3);
  Floats y(c.result()), dx(c.data()), dw(c.kernel());
  c.products([&](int64_t i, int64_t j, int64_t k) {
    y[k] += x[i] * w[j];
    dx[i] += d[k] * w[j];
    dw[j] += x[i] * d[k];
  });
  for (bool finished : {false, true}) {
    const Finish finish(finished, c.result(), 4), other(finished, c.data(), 14);
    finish(y);
    other(dx);
    const auto output = [&](Pool& pool) {
      Floats made(c.result());
      Call().give(x).give(w).give(finish.scale).give(finish.bias).give(finish.residual).take(made)(
          cornu_convolution_output, pool, c.attributes(Convolution::kPlain, finished));
      return made;
    };
    const auto data = [&](Pool& pool) {
      Floats made(c.data());
      Call().give(d).give(w).give(other.scale).give(other.bias).give(other.residual).take(made)(
          cornu_convolution_data, pool, c.attributes(Convolution::kPlain, finished));
      return made;
    };
    Pool pool(2);
    const std::string name = std::string(c.name) + (finished ? ", finished" : "");
    expect_near(output(pool), y, name + ": output");
    if (c.images) expect_near(data(pool), dx, name + ": gradient of the data");
    on_threads(name + ": output", true, output);
    on_threads(name + ": gradient of the data", true, data);
    if (c.channels == c.groups && c.filters == c.groups) continue;  // depthwise: nothing to pack
    const auto of_packed = [&](Pool& pool) {
      Floats packed({c.packed()}), made(c.result());
      Call().give(w).take(packed)(cornu_packed_weights, pool,
                                  {Attribute::truth("frequencies", c.frequencies()), Attribute::number("groups", c.groups)});
      Call().give(x).give(packed).give(finish.scale).give(finish.bias).give(finish.residual).take(made)(
          cornu_convolution_packed, pool, c.attributes(Convolution::kPacked, finished));
      return made;
    };
    expect_near(of_packed(pool), y, name + ": output of packed weights");
    if (c.filters / c.groups > 4)
      expect(same_bits(of_packed(pool), output(pool)), name + ": other bits of packed weights");
    on_threads(name + ": output of packed weights", true, of_packed);
  }
  const auto kernel = [&](Pool& pool) {
    Floats made(c.kernel());
    Call().give(x).give(d).take(made)(cornu_convolution_kernel, pool, c.attributes(Convolution::kKernel, false));
    return made;
  };
  Pool pool(2);
  expect_near(kernel(pool), dw, std::string(c.name) + ": gradient of the kernel");
  on_threads(std::string(c.name) + ": gradient of the kernel", false, kernel);
}

// Maximum pooling: what comes back goes to the first maximum, or to the first NaN.

void check_pooling(int64_t channels, int64_t window, int64_t stride, int64_t low) {
  const int64_t n = 3, size = 8, out = (size + 2 * low - window) / stride + 1;
  Floats x = random({n, 1, size, size, channels}, 6);
  for (int64_t i = 0; i < x.size(); i += 3) x[i] = std::round(x[i]);  // equal ones
  for (int64_t i = 5; i < x.size(); i += 41) x[i] = NAN;
  const Floats d = random({n, 1, out, out, channels}, 7);
  Floats wanted(x.shape);
  for (int64_t k = 0; k < d.size(); k++) {
    const int64_t c = k % channels, column = k / channels % out, row = k / channels / out % out;
    const int64_t image = k / channels / out / out;
    int64_t best = -1;
    for (int64_t h = row * stride - low; h < row * stride - low + window; h++)
      for (int64_t w = column * stride - low; w < column * stride - low + window; w++) {
        if (h < 0 || h >= size || w < 0 || w >= size) continue;
        const int64_t place = ((image * size + h) * size + w) * channels + c;
        if (best < 0 || (!std::isnan(x[best]) && (x[place] > x[best] || std::isnan(x[place])))) best = place;
      }
    wanted[best] += d[k];
  }
  const auto run = [&](Pool& pool) {
    Floats made(x.shape);
    Call().give(x).give(d).take(made)(
        cornu_max_pool_gradient, pool,
        {Attribute::list("low", {0, low, low}), Attribute::list("strides", {1, stride, stride}),
         Attribute::list("window", {1, window, window})});
    return made;
  };
  const std::string name = "pooling of " + std::to_string(window) + "x" + std::to_string(window);
  Pool pool(2);
  expect_near(run(pool), wanted, name);
  on_threads(name, true, run);
}

void check_rectified(int64_t rows, int64_t channels) {
  const Floats y = random({rows, channels}, 8), d = random({rows, channels}, 9);
  Floats passes(y.shape), sums({channels});
  for (int64_t i = 0; i < y.size(); i++) {
    passes[i] = y[i] > 0 ? d[i] : 0;
    sums[i % channels] += passes[i];
  }
  const auto run = [&](bool of_sums, Pool& pool) {
    Floats made(y.shape), total({channels});
    Call().give(y).give(d).take(made).take(total)(cornu_rectified_gradient, pool);
    return of_sums ? std::move(total) : std::move(made);
  };
  const std::string name = "rectifier over " + std::to_string(channels);
  Pool pool(2);
  expect(same_bits(run(false, pool), passes), name);
  expect_near(run(true, pool), sums, name + ": sums");
  on_threads(name + ": sums", true, [&](Pool& p) { return run(true, p); });
}

// Recurrences: forward by their definition, gradients by the difference quotient in a random direction.

struct Sequence {
  int64_t time, batch, units, gates;
  bool lstm, masked, reverse;
  Floats x, h0, c0, w, bias;
  Flags mask;

  Sequence(bool lstm, int64_t batch, int64_t units, bool masked, bool reverse)
      : time(5), batch(batch), units(units), gates(lstm ? 4 : 3), lstm(lstm), masked(masked), reverse(reverse),
        x(random({time, batch, gates * units}, 10)), h0(random({batch, units}, 11, 0.5f)),
        c0(random({batch, units}, 12, 0.5f)), w(random({units, gates * units}, 13, 0.4f)),
        bias(random({gates * units}, 14, 0.2f)), mask({masked ? time : 0, masked ? batch : 0}) {
    for (int64_t i = 0; i < mask.size(); i++) mask[i] = i % 3 != 1;
  }

  struct Made {
    Floats h, second, third;  // LSTM: c and gates; GRU: gates and the recurrent part
  };
  Made forward(Pool& pool) const {
    const Shape state{time, batch, units}, all{time, batch, gates * units};
    Made made{Floats(state), Floats(lstm ? state : all), Floats(lstm ? all : state)};
    Call call;
    call.give(x).give(h0);
    if (lstm) call.give(c0).give(w).give(mask);
    else call.give(w).give(bias).give(mask);
    call.take(made.h).take(made.second).take(made.third)(lstm ? cornu_lstm : cornu_gru, pool,
                                                         {Attribute::truth("reverse", reverse)});
    return made;
  }

  // The definition, in double precision: outputs, then the last states.
  std::vector<double> defined() const {
    const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
    std::vector<double> outputs(static_cast<size_t>(time * batch * units)), last;
    for (int64_t b = 0; b < batch; b++) {
      std::vector<double> h(&h0[b * units], &h0[b * units] + units), c(&c0[b * units], &c0[b * units] + units);
      for (int64_t step = 0; step < time; step++) {
        const int64_t t = reverse ? time - 1 - step : step;
        const auto product = [&](int64_t k) {
          double total = lstm ? 0 : bias[k];
          for (int64_t u = 0; u < units; u++) total += h[u] * w[u * gates * units + k];
          return total;
        };
        const auto given = [&](int64_t k) { return double{x[(t * batch + b) * gates * units + k]}; };
        std::vector<double> next = h, next_c = c;
        for (int64_t u = 0; u < units && !(masked && !mask[t * batch + b]); u++) {
          const auto sum = [&](int64_t part) { return given(part * units + u) + product(part * units + u); };
          if (lstm) {
            next_c[u] = sigmoid(sum(1)) * c[u] + sigmoid(sum(0)) * std::tanh(sum(2));
            next[u] = sigmoid(sum(3)) * std::tanh(next_c[u]);
          } else {
            const double z = sigmoid(sum(0)), r = sigmoid(sum(1));
            next[u] = z * h[u] + (1 - z) * std::tanh(given(2 * units + u) + r * product(2 * units + u));
          }
        }
        h = next, c = next_c;
        std::copy(h.begin(), h.end(), outputs.begin() + (t * batch + b) * units);
      }
      last.insert(last.end(), h.begin(), h.end());
      if (lstm) last.insert(last.end(), c.begin(), c.end());
    }
    outputs.insert(outputs.end(), last.begin(), last.end());
    return outputs;
  }

  std::string name() const {
    return std::string(lstm ? "LSTM" : "GRU") + " of " + std::to_string(batch) + " rows, " +
           std::to_string(units) + " units" + (masked ? ", masked" : "") + (reverse ? ", reverse" : "");
  }
};

double dot(const Floats& a, const Floats& b) {
  double total = 0;
  for (int64_t i = 0; i < a.size(); i++) total += double{a[i]} * b[i];
  return total;
}

void check_recurrence(bool lstm, int64_t batch, int64_t units, bool masked, bool reverse) {
  Sequence s(lstm, batch, units, masked, reverse);
  Pool pool(2);
  const Sequence::Made made = s.forward(pool);
  Floats outputs(made.h.shape);
  const std::vector<double> wanted = s.defined();
  for (int64_t i = 0; i < outputs.size(); i++) outputs[i] = static_cast<float>(wanted[i]);
  expect_near(made.h, outputs, s.name());
  on_threads(s.name(), true, [&](Pool& p) { return s.forward(p).h; });

  const Floats d = random(made.h.shape, 15), d_h = random(s.h0.shape, 16), d_c = random(s.c0.shape, 17);
  const auto gradients = [&](Pool& p) {
    std::vector<Floats> found;
    found.emplace_back(s.x.shape), found.emplace_back(s.h0.shape), found.emplace_back(s.c0.shape);
    Call call;
    call.give(d).give(d_h);
    if (lstm) call.give(d_c).give(s.h0).give(s.c0);
    else call.give(s.h0);
    call.give(made.h).give(made.second).give(made.third).give(s.w);
    if (!lstm) call.give(s.bias);
    call.give(s.mask).take(found[0]).take(found[1]);
    if (lstm) call.take(found[2]);
    call(lstm ? cornu_lstm_gradient : cornu_gru_gradient, p, {Attribute::truth("reverse", reverse)});
    return found;
  };
  on_threads(s.name() + ": gradient", true, [&](Pool& p) { return std::move(gradients(p)[0]); });

  const std::vector<Floats> found = gradients(pool);
  const Floats along[3] = {random(s.x.shape, 18), random(s.h0.shape, 19), random(s.c0.shape, 20)};
  const auto value = [&](float step) {  // of the projection, `step` along the direction
    Sequence moved(lstm, batch, units, masked, reverse);
    Floats* parts[3] = {&moved.x, &moved.h0, &moved.c0};
    for (int part = 0; part < 3; part++)
      for (int64_t i = 0; i < parts[part]->size(); i++) (*parts[part])[i] += step * along[part][i];
    const std::vector<double> all = moved.defined();
    double total = 0;
    size_t at = 0;
    for (int64_t i = 0; i < d.size(); i++) total += d[i] * all[at++];
    for (int64_t b = 0; b < batch; b++) {
      for (int64_t u = 0; u < units; u++) total += d_h[b * units + u] * all[at++];
      for (int64_t u = 0; u < units && lstm; u++) total += d_c[b * units + u] * all[at++];
    }
    return total;
  };
  const double slope = (value(1e-3f) - value(-1e-3f)) / 2e-3;
  const double told = dot(found[0], along[0]) + dot(found[1], along[1]) + (lstm ? dot(found[2], along[2]) : 0);
  expect(std::fabs(slope - told) <= 1e-3 * (1 + std::fabs(slope)),
         s.name() + ": gradient: " + std::to_string(told) + ", not " + std::to_string(slope));
}

// Attention and its gradient by their definitions, with all shares at hand. A mask has the given sizes,
// those of the scores or 1.

struct Heads {
  int64_t batch, queries, places, heads, groups, size, value_size;
  Shape mask;
};

void check_attention(const Heads& a) {
  const Floats q = random({a.batch, a.queries, a.heads, a.size}, 21, 0.5f);
  const Floats k = random({a.batch, a.places, a.groups, a.size}, 22, 0.5f);
  const Floats v = random({a.batch, a.places, a.groups, a.value_size}, 23);
  const Floats d = random({a.batch, a.queries, a.heads, a.value_size}, 24);
  Flags mask(a.mask);
  for (int64_t i = 0; i < mask.size(); i++) mask[i] = i % 5 > 1 && i > a.places;  // the first query sees nothing
  Floats y(d.shape), dq(q.shape), dk(k.shape), dv(v.shape);
  const auto allowed = [&](int64_t b, int64_t n, int64_t t, int64_t s) {
    const int64_t at[4] = {b, n, t, s};
    int64_t place = 0;
    for (int axis = 0; axis < 4; axis++) place = place * a.mask[axis] + (a.mask[axis] == 1 ? 0 : at[axis]);
    return !mask.size() || mask[place];
  };
  for (int64_t b = 0; b < a.batch; b++)
    for (int64_t n = 0; n < a.heads; n++)
      for (int64_t t = 0; t < a.queries; t++) {
        const int64_t group = n / (a.heads / a.groups), row = (b * a.queries + t) * a.heads + n;
        const auto seen = [&](int64_t s) { return (b * a.places + s) * a.groups + group; };
        std::vector<double> share(static_cast<size_t>(a.places)), slope(share.size());
        double total = 0, mean = 0;
        for (int64_t s = 0; s < a.places; s++) {
          double score = 0;
          for (int64_t i = 0; i < a.size; i++) score += q[row * a.size + i] * k[seen(s) * a.size + i];
          total += share[s] = allowed(b, n, t, s) ? std::exp(score) : 0;
        }
        for (int64_t s = 0; s < a.places; s++) {
          share[s] /= total ? total : 1;
          for (int64_t i = 0; i < a.value_size; i++) {
            const int64_t from = seen(s) * a.value_size + i, to = row * a.value_size + i;
            y[to] += share[s] * v[from], dv[from] += share[s] * d[to], slope[s] += d[to] * v[from];
          }
          mean += share[s] * slope[s];
        }
        for (int64_t s = 0; s < a.places; s++)
          for (int64_t i = 0; i < a.size; i++) {
            const double up = share[s] * (slope[s] - mean);
            dq[row * a.size + i] += up * k[seen(s) * a.size + i];
            dk[seen(s) * a.size + i] += up * q[row * a.size + i];
          }
      }
  Floats statistics({a.batch, a.heads, a.queries, 2});
  const auto forward = [&](Pool& pool) {
    Floats made(y.shape);
    Floats rows(statistics.shape);
    Call().give(q).give(k).give(v).give(mask).take(made).take(rows)(cornu_attention, pool);
    return made;
  };
  const auto gradient = [&](Pool& pool) {
    std::vector<Floats> made;
    made.emplace_back(q.shape), made.emplace_back(k.shape), made.emplace_back(v.shape);
    Call call;
    call.give(q).give(k).give(v).give(mask).give(statistics).give(d);
    call.take(made[0]).take(made[1]).take(made[2])(cornu_attention_gradient, pool);
    return made;
  };
  const std::string name = "attention of " + std::to_string(a.queries) + " to " + std::to_string(a.places);
  Pool pool(2);
  Floats made(y.shape);
  Call().give(q).give(k).give(v).give(mask).take(made).take(statistics)(cornu_attention, pool);
  expect_near(made, y, name);
  on_threads(name, true, forward);
  const std::vector<Floats> found = gradient(pool);
  expect_near(found[0], dq, name + ": gradient of the queries");
  expect_near(found[1], dk, name + ": gradient of the keys");
  expect_near(found[2], dv, name + ": gradient of the values");
  on_threads(name + ": gradient", true, [&](Pool& p) { return std::move(gradient(p)[1]); });
}

// How many of so many are kept, and that threads draw the same. The draws themselves are compared with JAX's.
void check_draws(int64_t count) {
  Words key({2});
  key[0] = 7, key[1] = 11;
  const auto run = [&](Pool& pool) {
    Flags kept({count});
    Call().give(key).take(kept)(cornu_kept, pool, {Attribute::number("bound", 1 << 21)});
    Floats made({count});
    for (int64_t i = 0; i < count; i++) made[i] = kept[i];
    return made;
  };
  Pool pool(2);
  const Floats drawn = run(pool);
  double share = 0;
  for (int64_t i = 0; i < count; i++) share += drawn[i] / static_cast<double>(count);
  expect(std::fabs(share - 0.25) < 2 / std::sqrt(static_cast<double>(count)), "a quarter of the draws");
  on_threads("draws", true, run);
}

}  // namespace

int main() {
  for (const Convolution& c : convolutions) check_convolution(c);
  for (int64_t channels : {1, 20})
    for (int64_t window : {2, 3}) check_pooling(channels, window, 2, window - 2);
  check_pooling(5, 3, 1, 1);
  for (int64_t channels : {1, 3, 8, 16, 100}) check_rectified(5000, channels);
  for (bool lstm : {true, false})
    for (bool masked : {false, true}) {
      check_recurrence(lstm, 3, 5, masked, false);
      check_recurrence(lstm, 17, 16, masked, true);
      check_recurrence(lstm, 2, 37, masked, masked);
    }
  const Shape none(4, 0);
  check_attention({2, 3, 5, 2, 2, 4, 4, none});
  check_attention({1, 70, 130, 2, 1, 16, 40, none});
  check_attention({2, 16, 32, 4, 2, 33, 16, {2, 1, 16, 32}});
  check_attention({2, 14, 19, 4, 4, 3, 5, {1, 4, 14, 19}});
  check_attention({3, 9, 21, 2, 1, 8, 8, {3, 1, 1, 21}});
  check_attention({1, 40, 9, 1, 1, 2, 1, {1, 1, 40, 1}});
  for (int64_t count : {5, 1000, 70001}) check_draws(count);
  std::printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}
