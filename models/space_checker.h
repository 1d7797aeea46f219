// Rule space: once a store is idle, its directory holds the files that it needs and no others.
//
// Threading: any thread; a pure function.
#ifndef HARROW_MODELS_SPACE_CHECKER_H_
#define HARROW_MODELS_SPACE_CHECKER_H_

#include <cstdint>
#include <span>
#include <string>

#include "models/verdict.h"

namespace harrow::models {

// A file that is out of place in the directory of a store that is open and idle.
struct MisplacedFile {
  enum class Kind : std::uint8_t {
    kUnneeded,  // there, and nothing needs it
    kMissing    // needed, and not there
  };
  Kind kind = Kind::kUnneeded;
  std::string path;
  std::string reason;  // "no version has it", "the manifest names it"
};

// Of a moment in a life at which every call had returned, no snapshot or iterator was held, nothing ran
// any more, and no fault had struck.
Verdict CheckSpace(std::span<const MisplacedFile> files);

}  // namespace harrow::models

#endif  // HARROW_MODELS_SPACE_CHECKER_H_
