// Attention of several heads, and its gradient, as custom calls of XLA.
//
// Arrays are (batch, places, heads, size). A head's scores are made a block of queries at a time,
// turned to shares and used while they lie in the cache; the gradient makes them again. One batch
// row and one head of the keys, with all heads of the queries that look at it, are a task, so that
// tasks write to different places.
#include <algorithm>
#include <memory>

#include "buffers.h"
#include "kernels.h"
#include "panels.h"
#include "parallel.h"

namespace cornu {
namespace {

constexpr long kBlockFloats = 8 << 10;  // of scores at a time: with the weights of a product in L1

struct Attention {
  long batch, queries, heads, size, places, groups, value_size;
  const float *q, *k, *v;
  const bool* mask;  // null: all count
  long mask_steps[4] = {};

  Attention(const Buffer& q_, const Buffer& k_, const Buffer& v_, const Mask& mask_)
      : batch(q_.dimensions()[0]), queries(q_.dimensions()[1]), heads(q_.dimensions()[2]),
        size(q_.dimensions()[3]), places(k_.dimensions()[1]), groups(k_.dimensions()[2]),
        value_size(v_.dimensions()[3]), q(q_.typed_data()), k(k_.typed_data()), v(v_.typed_data()),
        mask(mask_.element_count() ? mask_.typed_data() : nullptr) {
    long step = 1;
    for (int axis = 3; axis >= 0; axis--) {
      mask_steps[axis] = mask_.dimensions()[axis] == 1 ? 0 : step;
      step *= mask_.dimensions()[axis];
    }
  }

  long sharing() const { return heads / groups; }  // heads that look at the same keys
  long padded() const { return (places + kernels().lanes - 1) / kernels().lanes * kernels().lanes; }
  long block() const { return std::max(12L, kBlockFloats / padded() / 12 * 12); }
  size_t floats_of_block() const {
    return static_cast<size_t>(std::min(block(), queries) * padded());
  }
  long q_step() const { return heads * size; }
  long k_step() const { return groups * size; }
  long v_step() const { return groups * value_size; }
  long y_step() const { return heads * value_size; }
  const float* q_at(long row, long query, long head) const {
    return q + ((row * queries + query) * heads + head) * size;
  }
  const float* k_at(long row, long group) const { return k + (row * places * groups + group) * size; }
  const float* v_at(long row, long group) const {
    return v + (row * places * groups + group) * value_size;
  }
  long y_at(long row, long query, long head) const {
    return ((row * queries + query) * heads + head) * value_size;
  }

  SharesTile tile(float* scores, float* gradients, long row, long query, long rows, long head,
                  float* statistics) const {
    const bool* counts = mask ? mask + row * mask_steps[0] + head * mask_steps[1] + query * mask_steps[2]
                              : nullptr;
    return {scores, gradients, padded(), rows, places, counts, mask_steps[2], mask_steps[3],
            statistics + 2 * ((row * heads + head) * queries + query)};
  }

  void forward(long row, long group, float* y, float* statistics) const {
    const Panels keys(k_at(row, group), k_step(), size, places, true);
    const Panels values(v_at(row, group), v_step(), places, value_size, false);
    const std::unique_ptr<float[]> scores(new float[floats_of_block()]);
    each(group, [&](long head, long query, long rows) {
      keys.multiply(q_at(row, query, head), q_step(), rows, scores.get(), padded());
      kernels().shares(tile(scores.get(), nullptr, row, query, rows, head, statistics));
      values.multiply(scores.get(), padded(), rows, y + y_at(row, query, head), y_step());
    });
  }

  void gradient(long row, long group, float* statistics, const float* dy, float* dq, float* dk,
                float* dv) const {
    const float *key = k_at(row, group), *value = v_at(row, group);
    const Panels keys(key, k_step(), size, places, true), values(value, v_step(), value_size, places, true);
    const Panels key_rows(key, k_step(), places, size, false);
    float *dkey = dk + (key - k), *dvalue = dv + (value - v);
    for (long place = 0; place < places; place++) {
      std::fill_n(dkey + place * k_step(), size, 0.0f);
      std::fill_n(dvalue + place * v_step(), value_size, 0.0f);
    }
    const std::unique_ptr<float[]> scores(new float[floats_of_block()]);
    const std::unique_ptr<float[]> gradients(new float[floats_of_block()]);
    each(group, [&](long head, long query, long rows) {
      const float *queries_here = q_at(row, query, head), *dy_here = dy + y_at(row, query, head);
      keys.multiply(queries_here, q_step(), rows, scores.get(), padded());
      values.multiply(dy_here, y_step(), rows, gradients.get(), padded());
      kernels().shares_gradient(
          tile(scores.get(), gradients.get(), row, query, rows, head, statistics));
      key_rows.multiply(gradients.get(), padded(), rows, dq + (queries_here - q), q_step());
      Panels(queries_here, q_step(), rows, size, false)
          .add_transposed(gradients.get(), padded(), places, dkey, k_step());
      Panels(dy_here, y_step(), rows, value_size, false)
          .add_transposed(scores.get(), padded(), places, dvalue, v_step());
    });
  }

  // Calls body(head, query, rows) for all blocks of queries that look at a head of the keys.
  template <class Body>
  void each(long group, const Body& body) const {
    for (long head = group * sharing(); head < (group + 1) * sharing(); head++)
      for (long query = 0; query < queries; query += block())
        body(head, query, std::min(block(), queries - query));
  }
};

ffi::Error Forward(ffi::ThreadPool pool, Buffer q, Buffer k, Buffer v, Mask mask, Result y,
                   Result statistics) {
  const Attention attention(q, k, v, mask);
  float *out = y->typed_data(), *rows = statistics->typed_data();
  parallel_for(pool, attention.batch * attention.groups, [=](long task) {
    attention.forward(task / attention.groups, task % attention.groups, out, rows);
  });
  return ffi::Error::Success();
}

ffi::Error Gradient(ffi::ThreadPool pool, Buffer q, Buffer k, Buffer v, Mask mask, Buffer statistics,
                    Buffer dy, Result dq, Result dk, Result dv) {
  const Attention attention(q, k, v, mask);
  float *to_q = dq->typed_data(), *to_k = dk->typed_data(), *to_v = dv->typed_data();
  float* rows = statistics.typed_data();
  const float* from = dy.typed_data();
  parallel_for(pool, attention.batch * attention.groups, [=](long task) {
    attention.gradient(task / attention.groups, task % attention.groups, rows, from, to_q, to_k, to_v);
  });
  return ffi::Error::Success();
}

}  // namespace
}  // namespace cornu

#pragma GCC visibility push(default)  // all else stays inside the library

#define CORNU_BEGIN CORNU_CALL CORNU_ARRAY CORNU_ARRAY CORNU_ARRAY CORNU_MASK

XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_attention, cornu::Forward, CORNU_BEGIN CORNU_RESULT CORNU_RESULT);
XLA_FFI_DEFINE_HANDLER_SYMBOL(cornu_attention_gradient, cornu::Gradient,
                              CORNU_BEGIN CORNU_ARRAY CORNU_ARRAY CORNU_RESULT CORNU_RESULT CORNU_RESULT);
