# cmake -DROOT=<mote/kernels> -DOUTPUT=<file> "-DFILES=a.c;b.h" -P embed_sources.cmake
# Writes one initialiser {path, text} a file, the text as raw string literals.
set(rows "")
foreach(file IN LISTS FILES)
  file(READ ${ROOT}/${file} text)
  # Compilers take literals of 64 KB; ours are files of some 300 lines.
  string(APPEND rows "{\"${file}\", R\"__MOTE__(${text})__MOTE__\"},\n")
endforeach()
file(WRITE ${OUTPUT} "${rows}")
