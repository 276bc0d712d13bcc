// Reads the content of a constant in the text form. Used by text.cc only.
#pragma once

#include "mote/ir/graph.h"
#include "mote/ir/text_lexer.h"

namespace mote {

/// [..], splat(..), random(..) or base64(..), as text.h describes them.
Tensor read_content(TextLexer& lexer, const TensorType& type);

}  // namespace mote
