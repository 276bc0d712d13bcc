#include "mote/ir/graph_edit.h"

#include "mote/base/error.h"

namespace mote {
namespace {

void check_same(const Graph& before, const Graph& after, const std::vector<ValueId>& old_ids,
                const std::vector<ValueId>& new_ids, std::string_view what) {
  if (old_ids.size() != new_ids.size()) {
    throw_error(ErrorKind::kInternal, "a pass changed the number of {}s", what);
  }
  for (size_t i = 0; i < old_ids.size(); ++i) {
    const Value& was = before.value(old_ids[i]);
    const Value& is = after.value(new_ids[i]);
    if (was.name != is.name || was.type != is.type) {
      throw_error(ErrorKind::kInternal, "a pass changed {} {} from '{}' {} to '{}' {}", what, i,
                  was.name, to_string(was.type), is.name, to_string(is.type));
    }
  }
}

}  // namespace

void GraphEdit::commit() {
  edited_.remove_unused();
  edited_.infer_types();
  check_same(graph_, edited_, graph_.inputs(), edited_.inputs(), "input");
  check_same(graph_, edited_, graph_.outputs(), edited_.outputs(), "output");
  verify(edited_);
  graph_ = std::move(edited_);
}

void GraphEdit::commit_new_contract() {
  edited_.remove_unused();
  edited_.infer_types();
  verify(edited_);
  graph_ = std::move(edited_);
}

}  // namespace mote
