// MODELS_CHECK: a programmer's error stops the program, in every build, naming file, line and
// condition. What a target or a disk did wrong is never checked with it: that is a verdict.
//
// Threading: any thread.
#ifndef HARROW_MODELS_CHECK_H_
#define HARROW_MODELS_CHECK_H_

#include <cstdio>
#include <cstdlib>

#define MODELS_CHECK(condition)                                                                 \
  do {                                                                                          \
    if (!(condition)) [[unlikely]] {                                                            \
      std::fprintf(stderr, "%s:%d: MODELS_CHECK failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                             \
    }                                                                                           \
  } while (false)

#endif  // HARROW_MODELS_CHECK_H_
