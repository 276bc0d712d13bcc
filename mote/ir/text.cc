// The reading half of text.h.
#include "mote/ir/text.h"

#include <charconv>

#include "mote/base/number_text.h"
#include "mote/ir/text_content.h"
#include "mote/ir/text_lexer.h"

namespace mote {
namespace {

// A type as written: what is missing comes from inference.
struct WrittenType {
  std::optional<TensorType> type;
  std::optional<Quantization> quantization;
};

class Parser {
 public:
  Parser(std::string_view text, OpLookup find_op) : lexer_(text), find_op_(find_op) {}

  Graph parse() {
    while (!lexer_.at_end()) statement();
    if (graph_.outputs().empty()) lexer_.fail("the graph has no 'output'");
    verify(graph_);
    return std::move(graph_);
  }

 private:
  void statement();
  void content(ValueKind kind);
  void node();
  void signature();
  std::vector<std::pair<std::string, ValueId>> named_values();

  TensorType type();
  Shape shape();
  Quantization record();
  WrittenType written_type();
  void check_written(const WrittenType& written, ValueId id, const std::string& where);

  ValueId known_value();
  std::string new_value_name();
  Attributes attributes(const OpDef& op);
  AttrValue attribute_value();
  AttrValue attribute_list();
  std::vector<float> floats();

  std::shared_ptr<const Tensor> tensor(const TensorType& type);

  TextLexer lexer_;
  OpLookup find_op_;
  Graph graph_;
};

void Parser::statement() {
  if (lexer_.accept_word("graph")) {
    graph_.set_name(lexer_.name());
  } else if (lexer_.accept_word("description")) {
    graph_.description = lexer_.quoted();
  } else if (lexer_.accept_word("metadata")) {
    std::string key = lexer_.quoted();
    lexer_.expect("=");
    graph_.metadata[std::move(key)] = lexer_.quoted();
  } else if (lexer_.accept_word("input")) {
    std::string name = new_value_name();
    lexer_.expect(":");
    graph_.add_input(std::move(name), type());
  } else if (lexer_.accept_word("const")) {
    content(ValueKind::kConstant);
  } else if (lexer_.accept_word("state")) {
    content(ValueKind::kState);
  } else if (lexer_.accept_word("output")) {
    std::vector<ValueId> outputs;
    do outputs.push_back(known_value());
    while (lexer_.accept(","));
    graph_.set_outputs(std::move(outputs));
  } else if (lexer_.accept_word("signature")) {
    signature();
  } else {
    node();
  }
}

void Parser::content(ValueKind kind) {
  std::string name = new_value_name();
  lexer_.expect(":");
  TensorType declared = type();
  lexer_.expect("=");
  std::shared_ptr<const Tensor> made = tensor(declared);
  if (kind == ValueKind::kState) {
    graph_.add_state(std::move(name), *made, std::move(declared.quantization));
  } else {
    graph_.add_constant(std::move(name), std::move(made), std::move(declared.quantization));
  }
}

void Parser::node() {
  std::string where = lexer_.position();
  Graph::OutputHints hints;
  if (lexer_.accept("%")) {
    hints.names.push_back(lexer_.name());
    while (lexer_.accept(",")) hints.names.push_back(new_value_name());
    lexer_.expect("=");
    for (const std::string& name : hints.names) {
      if (graph_.find_value(name)) lexer_.fail("the name %{} is taken", name);
    }
  }
  if (lexer_.peek_word().empty()) lexer_.fail("expected a statement or an operator");
  const std::string op_name(lexer_.peek_word());
  Node node;
  node.op = find_op_(op_name);
  if (node.op == nullptr) lexer_.fail("there is no operator '{}'", op_name);
  lexer_.accept_word(op_name);
  lexer_.expect("(");
  if (!lexer_.accept(")")) {
    do node.inputs.push_back(lexer_.accept_word("_") ? ValueId{} : known_value());
    while (lexer_.accept(","));
    lexer_.expect(")");
  }
  if (lexer_.accept("@")) {
    node.name = lexer_.name();
  } else if (!hints.names.empty()) {
    node.name = hints.names[0];
  }
  node.attributes = attributes(*node.op);
  std::vector<WrittenType> written;
  if (lexer_.accept(":")) {
    do written.push_back(written_type());
    while (lexer_.accept(","));
  }
  for (const WrittenType& type : written) hints.quantization.push_back(type.quantization);
  if (lexer_.accept_word("statistics")) {
    auto statistics = std::make_shared<ChannelStatistics>();
    lexer_.expect("(");
    statistics->mean = floats();
    lexer_.expect(",");
    statistics->stddev = floats();
    lexer_.expect(")");
    node.statistics = std::move(statistics);
  }
  with_context([&] { return where; },
               [&] {
                 const size_t named = hints.names.size();
                 const std::vector<ValueId> outputs = graph_.add_node(std::move(node), hints);
                 if (outputs.size() != named || (!written.empty() && written.size() != named)) {
                   throw_error(ErrorKind::kInvalidModel,
                               "{} has {} results; {} are named and {} types given", op_name,
                               outputs.size(), named, written.size());
                 }
                 for (size_t i = 0; i < written.size(); ++i)
                   check_written(written[i], outputs[i], where);
               });
}

void Parser::check_written(const WrittenType& written, ValueId id, const std::string& where) {
  const TensorType& inferred = graph_.value(id).type;
  if (written.type && *written.type != inferred) {
    throw_error(ErrorKind::kInvalidModel, "'{}' is written as {}, but inference gives {}",
                graph_.value(id).name, to_string(*written.type), to_string(inferred));
  }
  if (inferred.quantization) {
    with_context([&] { return where; },
                 [&] { validate(*inferred.quantization, inferred.dtype, inferred.shape); });
  }
}

void Parser::signature() {
  Signature signature;
  signature.key = lexer_.quoted();
  if (!lexer_.accept_word("inputs")) lexer_.fail("expected 'inputs'");
  signature.inputs = named_values();
  if (!lexer_.accept_word("outputs")) lexer_.fail("expected 'outputs'");
  signature.outputs = named_values();
  graph_.signatures.push_back(std::move(signature));
}

std::vector<std::pair<std::string, ValueId>> Parser::named_values() {
  std::vector<std::pair<std::string, ValueId>> entries;
  lexer_.expect("(");
  if (lexer_.accept(")")) return entries;
  do {
    std::string key = lexer_.quoted();
    lexer_.expect("=");
    entries.emplace_back(std::move(key), known_value());
  } while (lexer_.accept(","));
  lexer_.expect(")");
  return entries;
}

TensorType Parser::type() {
  WrittenType written = written_type();
  if (!written.type) lexer_.fail("expected a type such as f32[1,4]");
  return *written.type;
}

WrittenType Parser::written_type() {
  WrittenType written;
  if (!lexer_.peek_word().empty()) {
    const std::optional<DataType> dtype = data_type_from_name(lexer_.peek_word());
    if (!dtype) lexer_.fail("there is no element type '{}'", lexer_.peek_word());
    lexer_.accept_word(lexer_.peek_word());
    written.type = TensorType{*dtype, shape()};
  }
  if (lexer_.accept("{")) {
    written.quantization = record();
    lexer_.expect("}");
  }
  if (!written.type && !written.quantization) lexer_.fail("expected a type");
  if (written.type && written.quantization) {
    with_context(
        [&] { return lexer_.position(); },
        [&] { validate(*written.quantization, written.type->dtype, written.type->shape); });
  }
  if (written.type) written.type->quantization = written.quantization;
  return written;
}

Shape Parser::shape() {
  std::vector<int64_t> dims;
  lexer_.expect("[");
  if (lexer_.accept("]")) return Shape{};
  do {
    if (lexer_.accept_word("N")) {
      if (!dims.empty()) lexer_.fail("only the first extent may be N");
      dims.push_back(kDynamic);
      continue;
    }
    const int64_t extent = lexer_.integer();
    if (extent < 0) lexer_.fail("an extent is {}", extent);
    dims.push_back(extent);
  } while (lexer_.accept(","));
  lexer_.expect("]");
  Shape result(std::move(dims));
  with_context([&] { return lexer_.position(); }, [&] { result.elements_per_sample(); });
  return result;
}

Quantization Parser::record() {
  Quantization record;
  const auto entry = [&] {
    const std::string_view scale = lexer_.number();
    float value = 0.0f;
    std::from_chars(scale.data(), scale.data() + scale.size(), value);
    record.scales.push_back(value);
    lexer_.expect("@");
    const int64_t zero_point = lexer_.integer();
    if (zero_point != static_cast<int32_t>(zero_point)) lexer_.fail("zero point {}", zero_point);
    record.zero_points.push_back(static_cast<int32_t>(zero_point));
  };
  if (!lexer_.accept_word("axis")) {
    entry();
    return record;
  }
  const int64_t axis = lexer_.integer();
  if (axis < 0 || axis > 64) lexer_.fail("the quantized axis is {}", axis);
  record.axis = static_cast<int>(axis);
  lexer_.expect("[");
  do entry();
  while (lexer_.accept(","));
  lexer_.expect("]");
  return record;
}

ValueId Parser::known_value() {
  lexer_.expect("%");
  const std::string name = lexer_.name();
  const std::optional<ValueId> id = graph_.find_value(name);
  if (!id) lexer_.fail("there is no value %{} before this line", name);
  return *id;
}

std::string Parser::new_value_name() {
  lexer_.expect("%");
  std::string name = lexer_.name();
  if (graph_.find_value(name)) lexer_.fail("the name %{} is taken", name);
  return name;
}

Attributes Parser::attributes(const OpDef& op) {
  Attributes result = op.attributes;
  if (!lexer_.accept("{") || lexer_.accept("}")) return result;
  do {
    const std::string where = lexer_.position();
    const std::string field = lexer_.name();
    lexer_.expect("=");
    const AttrValue value = attribute_value();
    with_context([&] { return fmt::format("{}: {}", where, op.name); },
                 [&] { result = result.with(field, value); });
  } while (lexer_.accept(","));
  lexer_.expect("}");
  return result;
}

AttrValue Parser::attribute_value() {
  if (lexer_.accept("[")) return attribute_list();
  if (lexer_.next_is_quoted()) return lexer_.quoted();
  if (lexer_.accept_word("true")) return true;
  if (lexer_.accept_word("false")) return false;
  const std::string_view word = lexer_.peek_word();
  if (!word.empty() && !parse_double(word) && word[0] != '-') return lexer_.name();
  const std::string_view number = lexer_.number();
  if (const std::optional<int64_t> integer = parse_int(number)) return *integer;
  return *parse_double(number);
}

AttrValue Parser::attribute_list() {
  if (lexer_.accept("]")) return std::vector<double>{};
  if (lexer_.next_is_quoted()) {
    std::vector<std::string> strings;
    do strings.push_back(lexer_.quoted());
    while (lexer_.accept(","));
    lexer_.expect("]");
    return strings;
  }
  std::vector<int64_t> integers;
  std::vector<double> reals;
  do {
    const std::string_view number = lexer_.number();
    if (const std::optional<int64_t> integer = parse_int(number)) integers.push_back(*integer);
    reals.push_back(*parse_double(number));
  } while (lexer_.accept(","));
  lexer_.expect("]");
  if (integers.size() == reals.size()) return integers;
  return reals;
}

std::vector<float> Parser::floats() {
  std::vector<float> values;
  lexer_.expect("[");
  if (lexer_.accept("]")) return values;
  do values.push_back(static_cast<float>(lexer_.real()));
  while (lexer_.accept(","));
  lexer_.expect("]");
  return values;
}

std::shared_ptr<const Tensor> Parser::tensor(const TensorType& type) {
  if (lexer_.accept_word("same")) {
    lexer_.expect("(");
    const Value& other = graph_.value(known_value());
    lexer_.expect(")");
    if (other.constant == nullptr) lexer_.fail("%{} has no content", other.name);
    if (other.type.dtype != type.dtype || other.type.shape != type.shape) {
      lexer_.fail("%{} is {}", other.name, to_string(other.type));
    }
    return other.constant;
  }
  return std::make_shared<const Tensor>(read_content(lexer_, type));
}

}  // namespace

Graph parse_graph(std::string_view text, OpLookup find_op) { return Parser(text, find_op).parse(); }

}  // namespace mote
