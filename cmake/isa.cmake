# Instruction sets: a kernel source named <family>/<isa>.c is compiled with that row's flags, on the processors that
# know it. Contraction of a*b+c is allowed only where the row says so: everything else is rounded twice.
include_guard()

set(MOTE_ISA_x86_64 sse41 avx2 avxvnni avx512 avx512vnni)
set(MOTE_ISA_aarch64 neon neondot)

set(MOTE_ISA_FLAGS_portable "")
set(MOTE_ISA_FLAGS_sse41 -msse4.1)
set(MOTE_ISA_FLAGS_avx2 -mavx2 -mfma -ffp-contract=fast)
set(MOTE_ISA_FLAGS_avxvnni ${MOTE_ISA_FLAGS_avx2} -mavxvnni)
set(MOTE_ISA_FLAGS_avx512 ${MOTE_ISA_FLAGS_avx2} -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512)
set(MOTE_ISA_FLAGS_avx512vnni ${MOTE_ISA_FLAGS_avx512} -mavx512vnni)
set(MOTE_ISA_FLAGS_neon -ffp-contract=fast)
set(MOTE_ISA_FLAGS_neondot -march=armv8.2-a+dotprod -ffp-contract=fast)

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(MOTE_ISAS portable ${MOTE_ISA_x86_64})
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(MOTE_ISAS portable ${MOTE_ISA_aarch64})
else()
  set(MOTE_ISAS portable)
endif()
# Microcontrollers' kernels are plain C on every host.
set(MOTE_ISA_mcus mcu mcu_dsp mcu_mve)
list(APPEND MOTE_ISAS ${MOTE_ISA_mcus})

# mote_isa_sources(<out> <family>...): the words <family>/<isa> for every source that exists and that this processor
# knows, with their flags set. Call it in the folder of the kernels.
function(mote_isa_sources out)
  # Under sanitizers these kernels are checked, not timed; -O3 would take minutes for each.
  set(level -O3)
  if(CMAKE_C_FLAGS MATCHES "-fsanitize")
    set(level -O1)
  endif()
  set(words "")
  foreach(family IN LISTS ARGN)
    foreach(isa IN LISTS MOTE_ISAS)
      if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${family}/${isa}.c)
        list(APPEND words ${family}/${isa})
        set_source_files_properties(${family}/${isa}.c PROPERTIES COMPILE_OPTIONS "${level};${MOTE_ISA_FLAGS_${isa}}")
      endif()
    endforeach()
  endforeach()
  set(${out} ${words} PARENT_SCOPE)
endfunction()
