// A check on the engine's own reasoning, on in every build: a failure prints file, line and
// condition to standard error and aborts. Bad bytes from a disk and failed calls are never a reason
// to CHECK; they are Statuses.
#ifndef HARROW_ENGINE_CHECK_H_
#define HARROW_ENGINE_CHECK_H_

#include <cstdio>
#include <cstdlib>

namespace harrow::engine {

[[noreturn]] inline void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace harrow::engine

#define HARROW_CHECK(condition)       \
  ((condition) ? static_cast<void>(0) \
               : ::harrow::engine::CheckFailed(__FILE__, __LINE__, #condition))

#endif  // HARROW_ENGINE_CHECK_H_
