// Arrays as XLA hands them to a custom call, and the words in which one declares what it takes.
#pragma once

#include "xla/ffi/api/ffi.h"

namespace ffi = xla::ffi;

namespace cornu {

using Buffer = ffi::Buffer<ffi::F32>;
using Mask = ffi::Buffer<ffi::PRED>;
using Result = ffi::ResultBuffer<ffi::F32>;

}  // namespace cornu

#define CORNU_ARRAY .Arg<cornu::Buffer>()
#define CORNU_MASK .Arg<cornu::Mask>()
#define CORNU_RESULT .Ret<ffi::Buffer<ffi::F32>>()
#define CORNU_CALL ffi::Ffi::Bind().Ctx<ffi::ThreadPool>()
