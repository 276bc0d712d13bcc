// Files whose text is part of the binary, so that an installed mote needs no tree beside it. The
// build's word mote_embed (cmake/embed.cmake) makes a function that returns them.
#pragma once

#include <span>
#include <string_view>

namespace mote {

struct EmbeddedText {
  std::string_view name;  ///< the file's path below the folder that embeds it
  std::string_view text;
};

}  // namespace mote
