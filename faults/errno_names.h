// Errno values by their symbolic names, for fault rules as text.
//
// Threading: pure functions.
#ifndef HARROW_FAULTS_ERRNO_NAMES_H_
#define HARROW_FAULTS_ERRNO_NAMES_H_

#include <optional>
#include <string>
#include <string_view>

namespace harrow::faults {

inline constexpr int kErrnoMax = 4095;  // the kernel's range

// "ENOSPC"; a value without a name here prints as a decimal number.
std::string ErrnoText(int error);
// The inverse: a name, or a decimal number from 1 to 4095 (kErrnoMax).
std::optional<int> ParseErrno(std::string_view text);

}  // namespace harrow::faults

#endif  // HARROW_FAULTS_ERRNO_NAMES_H_
