// Calls a native kernel as XLA does, through XLA's C interface, with threads of our own.
#pragma once

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "xla/ffi/api/c_api.h"

// What XLA lends a kernel: threads that take tasks in the order in which they come.
class Pool {
 public:
  explicit Pool(int threads) {
    for (int i = 0; i < threads; i++) threads_.emplace_back([this] { work(); });
  }
  ~Pool() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  void schedule(XLA_FFI_Task* task, void* data) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      tasks_.push_back({task, data});
    }
    changed_.notify_one();
  }
  int64_t size() const { return static_cast<int64_t>(threads_.size()); }

 private:
  void work() {
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      const auto [task, data] = tasks_.front();
      tasks_.pop_front();
      lock.unlock();
      task(data);
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<XLA_FFI_Task*, void*>> tasks_;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

struct XLA_FFI_ExecutionContext {
  Pool* pool;
};

struct XLA_FFI_Error {
  std::string message;
};

inline const XLA_FFI_Api& api() {
  static const XLA_FFI_Api table = [] {
    XLA_FFI_Api made{};
    made.struct_size = XLA_FFI_Api_STRUCT_SIZE;
    made.api_version = {XLA_FFI_Api_Version_STRUCT_SIZE, nullptr, XLA_FFI_API_MAJOR, XLA_FFI_API_MINOR};
    made.XLA_FFI_Error_Create = [](XLA_FFI_Error_Create_Args* a) { return new XLA_FFI_Error{a->message}; };
    made.XLA_FFI_Error_Destroy = [](XLA_FFI_Error_Destroy_Args* a) { delete a->error; };
    made.XLA_FFI_Error_GetMessage = [](XLA_FFI_Error_GetMessage_Args* a) {
      a->message = a->error->message.c_str();
    };
    made.XLA_FFI_ThreadPool_Schedule = [](XLA_FFI_ThreadPool_Schedule_Args* a) -> XLA_FFI_Error* {
      a->ctx->pool->schedule(a->task, a->data);
      return nullptr;
    };
    made.XLA_FFI_ThreadPool_NumThreads = [](XLA_FFI_ThreadPool_NumThreads_Args* a) -> XLA_FFI_Error* {
      *a->num_threads = a->ctx->pool->size();
      return nullptr;
    };
    return made;
  }();
  return table;
}

using Shape = std::vector<int64_t>;

// An array in memory of exactly its size, so that a sanitizer sees what lies beyond.
template <class T>
struct Array {
  Shape shape;
  std::unique_ptr<T[]> data;
  explicit Array(Shape dims) : shape(std::move(dims)), data(new T[static_cast<size_t>(size())]()) {}
  int64_t size() const {
    int64_t count = 1;
    for (int64_t n : shape) count *= n;
    return count;
  }
  T& operator[](int64_t i) { return data[static_cast<size_t>(i)]; }
  const T& operator[](int64_t i) const { return data[static_cast<size_t>(i)]; }
};

using Floats = Array<float>;
using Flags = Array<bool>;
using Words = Array<uint32_t>;

// Attributes, in the order of their names, which XLA sorts.
struct Attribute {
  std::string name;
  XLA_FFI_AttrType type;
  XLA_FFI_DataType dtype;
  std::vector<int64_t> numbers;
  bool flag;

  static Attribute list(std::string name, std::vector<int64_t> numbers) {
    return {std::move(name), XLA_FFI_AttrType_ARRAY, XLA_FFI_DataType_S64, std::move(numbers), false};
  }
  static Attribute number(std::string name, int64_t value) {
    return {std::move(name), XLA_FFI_AttrType_SCALAR, XLA_FFI_DataType_S64, {value}, false};
  }
  static Attribute truth(std::string name, bool value) {
    return {std::move(name), XLA_FFI_AttrType_SCALAR, XLA_FFI_DataType_PRED, {}, value};
  }
};

class Call {
 public:
  Call& give(const Floats& a) { return add(a, XLA_FFI_DataType_F32, args_); }
  Call& give(const Flags& a) { return add(a, XLA_FFI_DataType_PRED, args_); }
  Call& give(const Words& a) { return add(a, XLA_FFI_DataType_U32, args_); }
  Call& take(Flags& a) { return add(a, XLA_FFI_DataType_PRED, rets_); }
  Call& take(Floats& a) { return add(a, XLA_FFI_DataType_F32, rets_); }

  void operator()(XLA_FFI_Handler* kernel, Pool& pool, std::vector<Attribute> attributes = {}) {
    XLA_FFI_ExecutionContext context{&pool};
    std::vector<void*> args = pointers(args_), rets = pointers(rets_), attrs;
    std::vector<XLA_FFI_ArgType> arg_types(args.size(), XLA_FFI_ArgType_BUFFER);
    std::vector<XLA_FFI_RetType> ret_types(rets.size(), XLA_FFI_RetType_BUFFER);
    std::vector<XLA_FFI_AttrType> attr_types;
    std::deque<XLA_FFI_ByteSpan> spans;
    std::deque<XLA_FFI_Array> arrays;
    std::deque<XLA_FFI_Scalar> scalars;
    std::vector<XLA_FFI_ByteSpan*> names;
    for (Attribute& a : attributes) {
      spans.push_back({a.name.data(), a.name.size()});
      names.push_back(&spans.back());
      attr_types.push_back(a.type);
      if (a.type == XLA_FFI_AttrType_ARRAY) {
        arrays.push_back({a.dtype, a.numbers.size(), a.numbers.data()});
        attrs.push_back(&arrays.back());
      } else {
        scalars.push_back({a.dtype, a.dtype == XLA_FFI_DataType_PRED ? static_cast<void*>(&a.flag)
                                                                     : a.numbers.data()});
        attrs.push_back(&scalars.back());
      }
    }
    XLA_FFI_CallFrame frame{};
    frame.struct_size = XLA_FFI_CallFrame_STRUCT_SIZE;
    frame.api = &api();
    frame.ctx = &context;
    frame.stage = XLA_FFI_ExecutionStage_EXECUTE;
    frame.args = {XLA_FFI_Args_STRUCT_SIZE, nullptr, count(args), arg_types.data(), args.data()};
    frame.rets = {XLA_FFI_Rets_STRUCT_SIZE, nullptr, count(rets), ret_types.data(), rets.data()};
    frame.attrs = {XLA_FFI_Attrs_STRUCT_SIZE, nullptr, count(attrs), attr_types.data(), names.data(),
                   attrs.data()};
    if (XLA_FFI_Error* error = kernel(&frame)) {
      std::fprintf(stderr, "A kernel refused its call: %s\n", error->message.c_str());
      std::exit(1);
    }
  }

 private:
  template <class T>
  Call& add(const Array<T>& a, XLA_FFI_DataType dtype, std::deque<XLA_FFI_Buffer>& to) {
    to.push_back({XLA_FFI_Buffer_STRUCT_SIZE, nullptr, dtype, a.data.get(),
                  static_cast<int64_t>(a.shape.size()), const_cast<int64_t*>(a.shape.data())});
    return *this;
  }
  static std::vector<void*> pointers(std::deque<XLA_FFI_Buffer>& buffers) {
    std::vector<void*> found;
    for (XLA_FFI_Buffer& buffer : buffers) found.push_back(&buffer);
    return found;
  }
  template <class T>
  static int64_t count(const std::vector<T>& items) {
    return static_cast<int64_t>(items.size());
  }
  std::deque<XLA_FFI_Buffer> args_, rets_;
};
