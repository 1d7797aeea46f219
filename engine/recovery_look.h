// What is in a directory that is being opened, as the table in recovery_table.h asks it, with all
// that is needed to do what the table says. Reads only.
//
// Threading: one thread, before there is any other.
// Invariants:
//  1. A part is looked at only if no row decides without it; it is kAbsent else.
//  2. What was looked at is what will be replayed: logs are read once.
#ifndef HARROW_ENGINE_RECOVERY_LOOK_H_
#define HARROW_ENGINE_RECOVERY_LOOK_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "engine/file_name.h"
#include "engine/log_chain.h"
#include "engine/manifest.h"
#include "engine/options.h"
#include "engine/recovery_table.h"

namespace harrow::engine {

struct RecoveryView {
  Looks looks;
  // By part: what an error says about it, or OK.
  std::array<absl::Status, kPartCount> why;

  std::vector<FileName> files;  // the database's, in the order of the directory
  ManifestState state;          // empty where there is no CURRENT
  LogChain logs{0};

  bool Has(FileType type, std::uint64_t number) const;
  std::uint64_t LargestNumber() const;
};

RecoveryView LookAtDirectory(const Options& options, const std::string& directory);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_RECOVERY_LOOK_H_
