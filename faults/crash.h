// When the power goes, and what the medium keeps: the two halves of a crash, as data. Both print
// and parse.
//
// Threading: values.
#ifndef HARROW_FAULTS_CRASH_H_
#define HARROW_FAULTS_CRASH_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace harrow::faults {

// How the pending state is resolved into an image, within what the profile allows (DISK.md, "Crash
// images").
enum class Survivors : std::uint8_t {
  kNone,         // only what was made durable
  kAll,          // everything reached the medium
  kNamesOnly,    // pending metadata (names, sizes) kept, data dropped: the tail reads as zeros
  kTornLast,     // everything but the last data write, which is cut at `cut` bytes
  kLeaveOneOut,  // everything but one pending operation (number `cut` modulo the number pending)
  kZeroTail,     // sizes kept, the last pages of each unsynced file read as zeros
  kRandom,       // a random legal subset, drawn from `seed`
  kSubset,       // the pending items whose bits are set in `cut`: operations in order, then files;
                 // each as a whole
  kEverySubset   // stands for kSubset of each mask where at most kSubsetItemsMax items are pending,
                 // and for kSubsetsInstead random ones where more are. No image by itself
};

inline constexpr std::size_t kSubsetItemsMax = 10;
inline constexpr std::uint64_t kSubsetsInstead = 64;

struct CrashImageChoice {
  Survivors survivors = Survivors::kNone;
  std::uint64_t cut = 0;
  std::uint64_t seed = 0;
  bool operator==(const CrashImageChoice&) const = default;
};

// A kind prints only what it uses: torn-last and leave-one-out their cut, zero-tail its cut unless 0
// (how many pages; 0 means 1), random its seed and subset its mask in hexadecimal. A choice whose
// unused fields are 0 parses back to an equal one. Errors: InvalidArgument, "column 5: expected …,
// found …".
std::string ToText(const CrashImageChoice& choice);  // "none", "torn-last 17", "random 0x1234", …
absl::StatusOr<CrashImageChoice> ParseCrashImageChoice(std::string_view text);

}  // namespace harrow::faults

#endif  // HARROW_FAULTS_CRASH_H_
