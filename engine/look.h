// How a file that opening looks at may look: the words of the table in recovery_table.h.
//
// Threading: values.
#ifndef HARROW_ENGINE_LOOK_H_
#define HARROW_ENGINE_LOOK_H_

#include <cstddef>
#include <cstdint>

namespace harrow::engine {

enum class Look : std::uint8_t {
  kAbsent,      // not there, and nothing says that it should be
  kMissing,     // not there, though something names it
  kUnreadable,  // a call failed that looks whether it is there, or reads it
  kEmpty,       // no byte
  kTornTail,    // the file ends within what was being written; CURRENT: without a newline
  kZeroTail,    // the first bad place is zero bytes
  kDamaged,     // the first bad place is anything else that a writer does not leave
  kWrong,  // as written, by its checksums, and yet no sense: no batch, no edit, no manifest's name
  kForeign,  // of a database with another order of keys
  kShort,    // earlier logs: each looks whole, but the numbers say that writes between two are gone
  kWhole,
};
inline constexpr std::size_t kLookCount = 11;

// "torn tail"
const char* LookName(Look look);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LOOK_H_
