// A fresh folder for one test, removed with everything in it afterwards; in memory where the machine
// has /dev/shm, since no test here loses its power and each sync of a disk takes milliseconds.
#ifndef HARROW_TESTS_UNIT_ENGINE_SCRATCH_DIRECTORY_H_
#define HARROW_TESTS_UNIT_ENGINE_SCRATCH_DIRECTORY_H_

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/check.h"
#include "gtest/gtest.h"

namespace harrow::engine {

class ScratchDirectory {
 public:
  ScratchDirectory()
      : path_((::access("/dev/shm", W_OK) == 0 ? "/dev/shm/" : testing::TempDir()) +
              "harrow-XXXXXX") {
    HARROW_CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;  // a leftover folder harms no test
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }
  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace harrow::engine

#endif  // HARROW_TESTS_UNIT_ENGINE_SCRATCH_DIRECTORY_H_
