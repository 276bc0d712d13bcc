// Small graphs for the tests of this folder.
#pragma once

#include "mote/ir/graph.h"
#include "mote/ops/op_table.h"

namespace mote::measure_test {

/// x f32[N,n] -> relu "a" -> relu6 "y".
inline Graph relu_chain(int64_t n) {
  Graph graph("chain");
  const ValueId x = graph.add_input("x", {DataType::kF32, {kDynamic, n}});
  const ValueId a =
      graph.add_node({.op = &op("relu"), .name = "first", .inputs = {x}}, {.names = {"a"}})[0];
  graph.set_outputs(
      graph.add_node({.op = &op("relu6"), .name = "second", .inputs = {a}}, {.names = {"y"}}));
  return graph;
}

}  // namespace mote::measure_test
