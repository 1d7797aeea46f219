// What the text forms need of the engine and of the simulated machine, without those behind it: a fuzzed parser only looks the names
// of targets up, and only fails checks.
#include <cstdio>
#include <cstdlib>

#include "sim/kernel/check.h"
#include "sim/targets/harrow_target.h"
#include "sim/targets/leveldb_target.h"
#include "sim/targets/sqlite_target.h"

namespace harrow::targets {

const TargetKind* FindTarget(std::string_view name) {
  static const TargetKind kHarrow = {"harrow", kHarrowOptions, nullptr, nullptr, nullptr};
  static const TargetKind kLevelDb = {"leveldb", kLevelDbOptions, nullptr, nullptr, nullptr};
  static const TargetKind kSqlite = {"sqlite", kSqliteOptions, nullptr, nullptr, nullptr};
  if (name == kHarrow.name) return &kHarrow;
  if (name == kSqlite.name) return &kSqlite;
  return name == kLevelDb.name ? &kLevelDb : nullptr;
}

std::string TargetNames() { return "harrow leveldb sqlite"; }

}  // namespace harrow::targets

namespace harrow::kernel {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
  std::abort();
}

}  // namespace harrow::kernel
