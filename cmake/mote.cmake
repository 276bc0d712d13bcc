# Build vocabulary of mote. Targets and their properties only; nothing is set directory-wide.
include_guard()
find_package(fmt REQUIRED)
find_package(Threads REQUIRED)
include(GoogleTest)

# Flags every target of ours is compiled with.
add_library(mote_flags INTERFACE)
target_compile_features(mote_flags INTERFACE cxx_std_20 c_std_11)
target_compile_options(
  mote_flags
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow
            # designated initializers leave defaulted members out on purpose
            -Wno-missing-field-initializers
            # GCC 12 sees overlaps in string concatenation that are not there (GCC bug 105651)
            $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
            # a*b+c is rounded twice everywhere, so that results do not depend on the ISA
            -ffp-contract=off
            $<$<BOOL:${MOTE_WERROR}>:-Werror>)
target_include_directories(mote_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)

# mote_module(NAME <folder> [SOURCES <word>...] [DEPENDS <module>...] [LIBRARIES <target>...]
#             [PRIVATE_LIBRARIES <target>...] [REGISTRY] [TEST_DEPENDS <module>...] [TEST_LIBRARIES <target>...])
#
# One folder, one static library `mote_<NAME>`. A word W in SOURCES compiles W.cc (or W.c); where
# W_test.cc lies beside it, it joins the test program `<NAME>_test`, which TEST_DEPENDS and TEST_LIBRARIES may
# link to more. DEPENDS names what the folder may include (tools/check_layers.py holds it to that).
# REGISTRY writes generated/mote/<path>/registry.inc with a line MOTE_REGISTER(W) for every word, in
# the order of the list: including it is how a table of operators, passes or formats is made.
function(mote_module)
  cmake_parse_arguments(M "REGISTRY" "NAME" "SOURCES;DEPENDS;LIBRARIES;PRIVATE_LIBRARIES;TEST_DEPENDS;TEST_LIBRARIES;PLAIN" ${ARGN})
  set(target mote_${M_NAME})
  set(sources "")
  set(tests "")
  set(rows "")
  foreach(word IN LISTS M_SOURCES M_PLAIN)
    set(found FALSE)
    foreach(ending cc c)
      if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${word}.${ending})
        list(APPEND sources ${word}.${ending})
        set(found TRUE)
      endif()
    endforeach()
    if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${word}_test.cc)
      list(APPEND tests ${word}_test.cc)
      set(found TRUE)
    endif()
    if(NOT found)
      message(FATAL_ERROR "${CMAKE_CURRENT_SOURCE_DIR}: no ${word}.cc, ${word}.c or ${word}_test.cc")
    endif()
  endforeach()
  foreach(word IN LISTS M_SOURCES)
    string(REGEX REPLACE "[^A-Za-z0-9_]" "_" identifier ${word})
    string(APPEND rows "MOTE_REGISTER(${identifier})\n")
  endforeach()
  list(TRANSFORM M_DEPENDS PREPEND mote_)
  list(TRANSFORM M_TEST_DEPENDS PREPEND mote_)

  add_library(${target} STATIC ${sources})
  # For the shared library of mote/c_api.
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_link_libraries(${target} PUBLIC mote_flags ${M_DEPENDS} ${M_LIBRARIES} PRIVATE ${M_PRIVATE_LIBRARIES})
  if(M_REGISTRY)
    file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/generated/${path}/registry.inc CONTENT "${rows}")
  endif()
  if(MOTE_DEVELOPER AND tests)
    mote_test(NAME ${M_NAME}_test SOURCES ${tests} LIBRARIES ${target} ${M_TEST_DEPENDS} ${M_TEST_LIBRARIES})
  endif()
endfunction()

# mote_test(NAME <program> SOURCES <file>... [LIBRARIES <target>...] [LABELS <label>...])
# A GoogleTest program whose cases ctest lists one by one. LABELS: fast (default) or slow.
function(mote_test)
  cmake_parse_arguments(T "" "NAME;TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  if(NOT T_LABELS)
    set(T_LABELS fast)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  add_executable(${T_NAME} ${T_SOURCES})
  target_link_libraries(${T_NAME} PRIVATE ${T_LIBRARIES} mote_flags GTest::gmock_main)
  gtest_discover_tests(${T_NAME} DISCOVERY_MODE PRE_TEST
                       PROPERTIES LABELS "${T_LABELS}" TIMEOUT ${T_TIMEOUT})
endfunction()
