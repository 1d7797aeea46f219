// What the fuzz targets share. Each target is a file with LLVMFuzzerTestOneInput: clang links it with libFuzzer, every other build
// with replay_seeds.cc, which runs the committed seeds through it.
//
// Threading: single-threaded.
#ifndef HARROW_TESTS_FUZZ_FUZZ_H_
#define HARROW_TESTS_FUZZ_FUZZ_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "absl/status/status.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace harrow::fuzz {

// Ends the process where `what` does not hold of an input.
inline void Require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

inline std::string_view Input(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

inline std::string_view Message(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

// With what the status says, where it is not OK.
inline void RequireOk(const absl::Status& status, std::string_view what) {
  if (status.ok()) return;
  const std::string_view message = Message(status);
  std::fprintf(stderr, "fuzz: %.*s\n", static_cast<int>(message.size()), message.data());
  Require(false, what);
}

}  // namespace harrow::fuzz

#endif  // HARROW_TESTS_FUZZ_FUZZ_H_
