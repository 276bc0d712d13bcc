// VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE, CALL_ONCE: resource variables as states.
//
// CALL_ONCE runs another subgraph before anything else. Only the kind that converters write is
// read: handles, and constants assigned to them. Their content is the initial content of the
// states.
#include "mote/formats/tflite/export.h"
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"

namespace mote::tflite {
namespace {

using schema::BuiltinOperator;

std::string variable_name(const schema::VarHandleOptions& options) {
  return fmt::format("{}{}{}", text(options.container()), options.container() ? "/" : "",
                     text(options.shared_name()));
}

void import_var_handle(ImportContext& context) {
  const std::string name = variable_name(context.options<schema::VarHandleOptions>());
  context.importer().tensor(context.output_index(0)).resource = name;
  context.importer().variables.try_emplace(name);
}

Importer::Variable& variable_behind(ImportContext& context, size_t i) {
  const std::string& name = context.file_input(i).resource;
  const auto found = context.importer().variables.find(name);
  if (found == context.importer().variables.end()) {
    context.fail("operand {} ('{}') is not a variable handle", i, context.file_input(i).name);
  }
  return found->second;
}

/// The state of the variable; at its first use it gets the type of the tensor read or written.
ValueId state_of(ImportContext& context, const FileTensor& like) {
  Importer::Variable& variable = variable_behind(context, 0);
  if (variable.state.valid()) return variable.state;
  FileTensor tensor = like;
  tensor.name = context.file_input(0).resource;
  if (variable.initial == nullptr) return variable.state = context.importer().add_state(tensor);
  return variable.state = context.importer().graph.add_state(tensor.name, *variable.initial,
                                                             tensor.quantization);
}

void import_read(ImportContext& context) {
  FileTensor like = context.file_output(0);
  like.buffer = 0;
  context.finish("read_variable", {state_of(context, like)});
}

void import_assign(ImportContext& context) {
  const ValueId value = context.input(1);
  FileTensor like = context.file_input(1);
  like.buffer = 0;
  context.finish("assign_variable", {state_of(context, like), value});
}

const schema::SubGraph& initializer(ImportContext& context) {
  const int32_t index = context.options<schema::CallOnceOptions>().init_subgraph_index();
  const auto& subgraphs = *context.importer().view.model().subgraphs();
  if (index < 1 || static_cast<size_t>(index) >= subgraphs.size()) {
    context.fail("subgraph {} does not exist or is not an initializer", index);
  }
  return *subgraphs.Get(static_cast<uint32_t>(index));
}

void run_initializer(ImportContext& outer, Importer& inner, const schema::Operator& op) {
  ImportContext context(inner, op);
  const BuiltinOperator code = operator_code(inner.view, op);
  if (code == BuiltinOperator::VAR_HANDLE) {
    import_var_handle(context);
  } else if (code == BuiltinOperator::ASSIGN_VARIABLE) {
    variable_behind(context, 0).initial =
        std::make_shared<const Tensor>(context.known(1, "content"));
  } else {
    outer.unsupported("its initializer uses {}; only constants assigned to variables are read",
                      operator_name(code));
  }
}

void import_call_once(ImportContext& context) {
  const schema::SubGraph& subgraph = initializer(context);
  Importer inner(context.importer().view, subgraph);
  if (subgraph.operators() != nullptr) {
    for (const schema::Operator* op : *subgraph.operators()) run_initializer(context, inner, *op);
  }
  for (const auto& [name, variable] : inner.variables) {
    context.importer().variables[name].initial = variable.initial;
  }
}

void export_read(ExportContext& context) {
  const int32_t handle = context.exporter().handle_of(context.node().inputs.at(0));
  context.emit(BuiltinOperator::READ_VARIABLE, {handle}, context.outputs());
}

void export_assign(ExportContext& context) {
  const int32_t handle = context.exporter().handle_of(context.node().inputs.at(0));
  context.emit(BuiltinOperator::ASSIGN_VARIABLE, {handle, context.input(1)}, {});
}

}  // namespace

void define_ops_variable(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(VAR_HANDLE, import_var_handle);
  rules.on_import(READ_VARIABLE, import_read);
  rules.on_import(ASSIGN_VARIABLE, import_assign);
  rules.on_import(CALL_ONCE, import_call_once);
  rules.on_export("read_variable", export_read);
  rules.on_export("assign_variable", export_assign);
}

}  // namespace mote::tflite
