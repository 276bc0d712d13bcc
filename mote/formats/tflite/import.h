// What the translation of one TFLite operator works with.
//
//   void import_softmax(ImportContext& context) {
//     const auto& options = context.options<schema::SoftmaxOptions>();
//     context.finish("softmax", {context.input(0)},
//                    Attributes::of(SoftmaxAttrs{.axis = -1, .beta = options.beta()}));
//   }
//
// Everything read through it is checked: a missing operand, option or constant is an Error.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mote/base/error.h"
#include "mote/formats/common/conversion_report.h"
#include "mote/formats/tflite/model_view.h"
#include "mote/formats/tflite/types.h"
#include "mote/ir/graph.h"

namespace mote::tflite {

/// A tensor of the file, as far as it can be understood without its producer.
struct FileTensor {
  std::string name;
  schema::TensorType file_type = schema::TensorType::FLOAT32;
  std::optional<DataType>
      dtype;                   ///< nothing: no counterpart, an error only when the tensor is used
  Shape shape;                 ///< static, as in the file
  bool has_shape = false;      ///< false: rank unknown or a scalar
  bool dynamic_batch = false;  ///< the signature leaves the first extent open
  std::vector<int> other_dynamic_axes;
  std::optional<Quantization> quantization;
  bool is_variable = false;
  bool is_sparse = false;
  uint32_t buffer = 0;
  ValueId value;         ///< once it is in the graph
  std::string resource;  ///< of a variable handle: which variable
};

/// The state of reading one subgraph.
struct Importer {
  Importer(const ModelView& view, const schema::SubGraph& subgraph);

  /// The value of a tensor; a constant or state enters the graph here, at its first use.
  ValueId value_of(int32_t tensor_index);
  FileTensor& tensor(int32_t index);
  /// The dense content of a tensor with a buffer; nullptr when the file gives none. Shared between
  /// tensors that show the same buffer under the same type and shape.
  std::shared_ptr<const Tensor> content(const FileTensor& tensor);
  /// A new state of zeros, or with `initial` content.
  ValueId add_state(const FileTensor& tensor);

  const ModelView& view;
  const schema::SubGraph& subgraph;
  Graph graph;
  std::vector<FileTensor> tensors;
  bool batch_is_dynamic = false;
  int64_t file_batch = 1;   ///< what N is in the shapes of the file
  bool shapes_hold = true;  ///< false when the caller gave other input shapes
  ConversionReport report;
  std::shared_ptr<const void> owner;  ///< of the file (LoadOptions)
  /// Constants that came from a shape and hold kDynamic for the batch.
  std::set<ValueId> symbolic;
  bool folded_shapes = false;
  struct Variable {
    ValueId state;
    std::shared_ptr<const Tensor> initial;
  };
  std::map<std::string, Variable> variables;  ///< resource variables, by name

 private:
  using ContentKey = std::tuple<uint32_t, schema::TensorType, std::vector<int64_t>>;
  std::map<ContentKey, std::shared_ptr<const Tensor>> contents_;
  size_t content_bytes_ = 0;
  size_t state_bytes_ = 0;
};

class ImportContext {
 public:
  ImportContext(Importer& importer, const schema::Operator& file_operator);

  Importer& importer() { return importer_; }
  const schema::Operator& file_operator() const { return operator_; }

  size_t input_count() const { return inputs_.size(); }
  size_t output_count() const { return outputs_.size(); }
  bool has_input(size_t i) const { return i < inputs_.size() && inputs_[i] >= 0; }
  /// Throws kInvalidModel when the operand is missing.
  ValueId input(size_t i);
  /// An invalid id when the operand is absent.
  ValueId optional_input(size_t i);
  std::vector<ValueId> all_inputs();
  /// By value: adding to the graph moves what a reference would show.
  TensorType type(size_t i) { return importer_.graph.value(input(i)).type; }
  Shape shape(size_t i) { return importer_.graph.value(input(i)).type.shape; }
  const FileTensor& file_input(size_t i);
  const FileTensor& file_output(size_t i);
  int32_t output_index(size_t i) const;
  /// An operand that must be known now, as integers. `kDynamic` (the batch) may be among them only
  /// where `symbolic_batch` is allowed. Throws kUnsupported when it is computed at run time.
  enum class Batch { kConcrete, kSymbolicAllowed };
  std::vector<int64_t> ints(size_t i, std::string_view what, Batch batch = Batch::kConcrete);
  int64_t scalar_int(size_t i, std::string_view what);
  /// The same for any element type, rank kept.
  Tensor known(size_t i, std::string_view what, Batch batch = Batch::kConcrete);

  /// The options; throws kInvalidModel when the operator has others or none.
  template <class Options>
  const Options& options() const {
    const Options* options = operator_.builtin_options_as<Options>();
    if (options == nullptr) throw_error(ErrorKind::kInvalidModel, "its options are missing");
    return *options;
  }
  /// nullptr when there are none.
  template <class Options>
  const Options* options_or_null() const {
    return operator_.builtin_options_as<Options>();
  }

  /// Adds a node in front of the last one and returns its first output. `quantization` as for
  /// Graph::add_node.
  ValueId add(std::string_view op, std::vector<ValueId> inputs, Attributes attributes = {},
              std::optional<Quantization> quantization = std::nullopt);
  ValueId add_constant(std::string_view suffix, Tensor tensor);
  /// Adds the node whose outputs are the operator's, and checks them against the file.
  void finish(std::string_view op, std::vector<ValueId> inputs, Attributes attributes = {});
  /// The same for one of several results, which a node of its own gives.
  void finish_output(size_t i, std::string_view op, std::vector<ValueId> inputs,
                     Attributes attributes = {});
  /// As finish, then a fused activation that is no clamp (TANH, SIGN_BIT) as its own node.
  void finish_activated(std::string_view op, std::vector<ValueId> inputs, Attributes attributes,
                        schema::ActivationFunctionType fused);
  /// Output `i` of the operator is this existing value.
  void bind_output(size_t i, ValueId value);

  void report(std::string change);
  const std::string& name() const { return name_; }

  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    throw Error(ErrorKind::kInvalidModel, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  [[noreturn]] void unsupported(fmt::format_string<Args...> format, Args&&... args) const {
    throw Error(ErrorKind::kUnsupported, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  int32_t input_index(size_t i) const;
  void settle_output(size_t i, ValueId value);

  Importer& importer_;
  const schema::Operator& operator_;
  std::span<const int32_t> inputs_;
  std::span<const int32_t> outputs_;
  std::string name_;
};

/// The builtin code of an operator; the older and the newer field are understood.
schema::BuiltinOperator operator_code(const ModelView& view, const schema::Operator& op);
/// Its name, should it be a custom one.
std::string_view custom_name(const ModelView& view, const schema::Operator& op);

/// The content of a value that depends on constants only, evaluated now; nothing when it depends on
/// an input or is too large to be an operand like a shape. Sets `symbolic` when kDynamic is among
/// it.
std::optional<Tensor> evaluate_constant(const Importer& importer, ValueId value, bool& symbolic);

}  // namespace mote::tflite
