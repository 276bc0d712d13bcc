// A complete pass to copy from: neg(neg(x)) is x.
//
// In mote it would be mote/rewrite/drop_double_negation.cc, one word in that folder's
// CMakeLists.txt, a row of the pipeline and tests/golden/rewrite/drop_double_negation.txt; here it
// stands with its test.
#include <gtest/gtest.h>

#include "mote/ir/text.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"
#include "mote/rewrite/pipeline.h"

namespace mote::passes {
namespace {

// A rule looks at one node and returns whether it changed the graph.
bool drop(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  const Node& outer = graph.node(id);
  if (!is_op(outer, "neg")) return false;
  const Node* inner = producer(graph, outer.inputs[0], {"neg"});
  if (inner == nullptr) return false;
  // An output of the graph keeps its name and may not become an input; identities like this one
  // leave it alone.
  if (graph.is_output(outer.outputs[0])) return false;
  const ValueId x = inner->inputs[0];
  const ValueId y = outer.outputs[0];
  return rewriter.apply([&](Graph& edited) { edited.replace_uses(y, x); });
}

void run(Rewriter& rewriter) { rewriter.for_each_node(drop); }

}  // namespace

PassDef define_drop_double_negation() {
  return {"drop_double_negation", "Removes two negations in a row; exact", run};
}

}  // namespace mote::passes

namespace mote {
namespace {

TEST(DropDoubleNegation, leaves_what_was_negated) {
  Graph graph = parse_graph(R"(
      graph "twice"
      input %x: f32[N,4]
      %a = neg(%x)
      %b = neg(%a)
      %y = relu(%b)
      output %y)",
                            find_op);
  EXPECT_EQ(run_pass(graph, passes::define_drop_double_negation()), 1);
  EXPECT_EQ(print(graph),
            "graph \"twice\"\n"
            "input %x: f32[N,4]\n"
            "%y = relu(%x): f32[N,4]\n"
            "output %y\n");
}

}  // namespace
}  // namespace mote
