# cmake -DSOURCE=<suite/cross> -DBINARY=<build folder> [-DSTORE=<store_cases>] -P run_cross.cmake
# Builds the kernels for ARM64 and runs their suite under qemu-user; with STORE, the calls of real networks that this
# program stores. Says "skipped:" where a tool is absent.
find_program(compiler aarch64-linux-gnu-gcc)
find_program(emulator NAMES qemu-aarch64 qemu-aarch64-static)
foreach(tool compiler emulator)
  if(NOT ${tool})
    message("skipped: no ${tool} for ARM64 (packages gcc-aarch64-linux-gnu, qemu-user)")
    return()
  endif()
endforeach()
execute_process(
  COMMAND ${CMAKE_COMMAND} -G Ninja -S ${SOURCE} -B ${BINARY} -DCMAKE_SYSTEM_NAME=Linux
          -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=${compiler} COMMAND_ERROR_IS_FATAL ANY
  OUTPUT_QUIET)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BINARY} COMMAND_ERROR_IS_FATAL ANY)
if(NOT STORE)
  execute_process(COMMAND ${emulator} -cpu max ${BINARY}/kernel_suite_main COMMAND_ERROR_IS_FATAL ANY)
  return()
endif()
set(cases ${BINARY}/network_cases.bin)
execute_process(COMMAND ${STORE} ${cases} OUTPUT_VARIABLE stored COMMAND_ERROR_IS_FATAL ANY)
message("${stored}")
if(NOT stored MATCHES "skipped:")
  execute_process(COMMAND ${emulator} -cpu max ${BINARY}/kernel_suite_main --stored ${cases} COMMAND_ERROR_IS_FATAL ANY)
  file(REMOVE ${cases})
endif()
