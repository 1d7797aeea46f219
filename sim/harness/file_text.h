// File calls of a recorded life in the field's words.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_FILE_TEXT_H_
#define HARROW_SIM_HARNESS_FILE_TEXT_H_

#include <string>
#include <string_view>

#include "faults/plan.h"
#include "sim/harness/recording.h"

namespace harrow::harness {

// "log 000003", "CURRENT", "directory db": what a path is to the target, in short.
std::string DescribeFile(faults::FileKind kind, std::string_view path);

// "append log 000003 +124 at 1240: record FULL, batch seq 7..9: put k1 (120), delete k2", with its error, the fault that hit it
// and what that fault did.
std::string DescribeCall(const FileCall& call);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_FILE_TEXT_H_
