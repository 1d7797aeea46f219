// Whole files. Of one that is written a reader, and a crash at any moment, finds the old text or the new one, never a part.
//
// Threading: main thread.
// Errors: Unknown (reading: NotFound, InvalidArgument), one printable line that names the file and the system's reason;
// AlreadyExists from CreateFile. The folder then holds nothing new.
#ifndef HARROW_SIM_HARNESS_COMMAND_TEXT_FILE_H_
#define HARROW_SIM_HARNESS_COMMAND_TEXT_FILE_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace harrow::harness {

// In the place of the file that `path` names, through symbolic links, with that file's permissions.
absl::Status ReplaceFile(const std::string& path, std::string_view text);
// Where nothing stands yet.
absl::Status CreateFile(const std::string& path, std::string_view text);

// All of it: at most 64 MiB.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// What is neither a file nor absent: a pipe, a device. Nothing may take its place.
bool IsSpecial(const std::string& path);
// In the place of what `path` names, or where nothing stands; into what is special.
absl::Status WriteFile(const std::string& path, std::string_view text);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_TEXT_FILE_H_
