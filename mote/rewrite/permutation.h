// Permutations of axes, as the transpose operator states them: axis i of the result is axis p[i].
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mote/base/tensor.h"

namespace mote {

using Permutation = std::vector<int64_t>;

bool is_identity(const Permutation& p);
Permutation inverse(const Permutation& p);
/// transpose(transpose(x, first), second) == transpose(x, compose(first, second)).
Permutation compose(const Permutation& first, const Permutation& second);
/// True when transposing `shape` leaves the order of its elements: only axes of extent 1 move.
bool keeps_element_order(const Permutation& p, const Shape& shape);

Shape permuted(const Shape& shape, const Permutation& p);
Tensor permuted(const Tensor& tensor, const Permutation& p);
/// Ones in front until the rank is reached, as broadcasting reads it.
Tensor with_rank(const Tensor& tensor, int rank);

}  // namespace mote
