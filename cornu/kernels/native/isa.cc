// Compiled once for each instruction set, with -DISA=its name and the flags that it needs.
#include "kernels.h"

namespace cornu {
namespace ISA {

#include "vector.h"
#include "convolution_tiles.h"
#include "rectified_tiles.h"
#include "winograd_tiles.h"
#include "pooling_tiles.h"
#include "recurrence_tiles.h"
#include "attention_tiles.h"
#include "threefry_tiles.h"

#define NAME_OF(isa) #isa
#define NAME(isa) NAME_OF(isa)

extern const Kernels table;
const Kernels table = {
    NAME(ISA),  LANES,         WIDEST,           row,      dot_row,
    weight,     weight_few,    depthwise_row,    depthwise_weight,
    winograd_input, winograd_output, winograd_weights,
    rectified_gradient, pool_gradient_row,
    lstm,       lstm_gradient, gru,              gru_gradient,
    shares,     shares_gradient, keep,
};

}  // namespace ISA
}  // namespace cornu
