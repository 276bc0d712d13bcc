// remove_unused: nodes, constants and states that no output depends on. Exact.
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

void run(Rewriter& rewriter) {
  Graph cleaned = rewriter.graph();
  cleaned.remove_unused();
  if (cleaned.values().size() == rewriter.graph().values().size()) return;
  rewriter.apply([](Graph&) {});  // committing removes what is unused
}

}  // namespace

PassDef define_remove_unused() {
  return {"remove_unused", "Removes nodes, constants and states that no output depends on", run};
}

}  // namespace mote::passes
