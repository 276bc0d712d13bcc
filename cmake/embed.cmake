# Texts inside of the binary.
#
# mote_embed(TARGET <target> SYMBOL <function> [FOLDER <folder>] FILES <file>...)
#   adds to the target a source that defines
#     std::span<const mote::EmbeddedText> mote::<function>();   (mote/base/embedded.h)
#   with a row {name, text} for each file; the name is the file's path below FOLDER, the current one
#   by default.
#
# The second part is the script that writes this source when a file has changed:
#   cmake -D OUTPUT=x.cc -D SYMBOL=f -D FOLDER=dir -D "FILES=a;b" -P embed.cmake
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(MOTE_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
  function(mote_embed)
    cmake_parse_arguments(E "" "TARGET;SYMBOL;FOLDER" "FILES" ${ARGN})
    if(NOT E_FOLDER)
      set(E_FOLDER ${CMAKE_CURRENT_SOURCE_DIR})
    endif()
    list(TRANSFORM E_FILES PREPEND ${E_FOLDER}/ OUTPUT_VARIABLE paths)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/${E_SYMBOL}.cc)
    add_custom_command(
      OUTPUT ${output}
      COMMAND ${CMAKE_COMMAND} -D OUTPUT=${output} -D SYMBOL=${E_SYMBOL} -D FOLDER=${E_FOLDER}
              -D "FILES=${E_FILES}" -P ${MOTE_EMBED_SCRIPT}
      DEPENDS ${paths} ${MOTE_EMBED_SCRIPT}
      COMMENT "Embedding ${E_SYMBOL}"
      VERBATIM)
    target_sources(${E_TARGET} PRIVATE ${output})
  endfunction()
  return()
endif()

string(CONCAT text "#include \"mote/base/embedded.h\"\n\nnamespace mote {\n\nstd::span<const EmbeddedText> ${SYMBOL}() {\n"
              "  static constexpr EmbeddedText texts[] = {\n")
foreach(file IN LISTS FILES)
  file(READ ${FOLDER}/${file} content)
  string(APPEND text "      {\"${file}\", R\"MOTE_TEXT(${content})MOTE_TEXT\"},\n")
endforeach()
string(APPEND text "  };\n  return texts;\n}\n\n}  // namespace mote\n")
file(WRITE ${OUTPUT} "${text}")
