# The two helpers every folder declares its targets with. No global flags: what a target is compiled with hangs on the
# interface target below.

add_library(harrow_flags INTERFACE)
target_compile_options(harrow_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
target_include_directories(harrow_flags INTERFACE "${PROJECT_SOURCE_DIR}")
target_link_libraries(harrow_flags INTERFACE Threads::Threads)

add_library(harrow_sanitizer INTERFACE)
if(HARROW_SANITIZER STREQUAL "address")
  target_compile_options(harrow_sanitizer INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
                                                    -fno-omit-frame-pointer)
  target_compile_definitions(harrow_sanitizer INTERFACE HARROW_ASAN=1)
elseif(HARROW_SANITIZER STREQUAL "thread")
  target_compile_options(harrow_sanitizer INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_compile_definitions(harrow_sanitizer INTERFACE HARROW_TSAN=1)
endif()

# The link side is apart: the files that take libc over are linked into a sanitized program, but never compiled as one.
add_library(harrow_sanitizer_link INTERFACE)
if(HARROW_SANITIZER STREQUAL "address")
  target_link_options(harrow_sanitizer_link INTERFACE -fsanitize=address,undefined)
elseif(HARROW_SANITIZER STREQUAL "thread")
  target_link_options(harrow_sanitizer_link INTERFACE -fsanitize=thread)
endif()

# harrow_library(NAME SOURCES a.cc … DEPS target …) makes harrow_NAME with the alias harrow::NAME.
function(harrow_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_library(harrow_${NAME} STATIC ${ARG_SOURCES})
  add_library(harrow::${NAME} ALIAS harrow_${NAME})
  target_link_libraries(harrow_${NAME} PUBLIC ${ARG_DEPS} harrow_sanitizer_link PRIVATE harrow_flags harrow_sanitizer)
  target_include_directories(harrow_${NAME} PUBLIC "${PROJECT_SOURCE_DIR}")
endfunction()

# harrow_test(NAME SOURCES a_test.cc … DEPS target … [LABELS label …]) makes a googletest program and its ctest entry.
function(harrow_test NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;LABELS" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE ${ARG_DEPS} GTest::gtest_main harrow_flags harrow_sanitizer harrow_sanitizer_link)
  target_compile_definitions(${NAME} PRIVATE HARROW_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${NAME} COMMAND ${NAME})
  set_tests_properties(${NAME} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 600)
endfunction()
