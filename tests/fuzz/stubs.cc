// What the text forms need of the engine and of the simulated machine, without those behind it: a fuzzed parser only looks the names
// of targets up, and only fails checks.
#include <cstdio>
#include <cstdlib>

#include "sim/kernel/check.h"
#include "sim/targets/target.h"

namespace harrow::targets {

const TargetKind* FindTarget(std::string_view name) {
  static constexpr std::uint64_t TargetOptions::*kOptions[] = {
      &TargetOptions::write_buffer_bytes,
      &TargetOptions::block_bytes,
      &TargetOptions::max_file_bytes,
      &TargetOptions::max_open_tables,
      &TargetOptions::level0_compaction_trigger,
      &TargetOptions::level0_slowdown_trigger,
      &TargetOptions::level0_stop_trigger,
      &TargetOptions::level_base_bytes,
      &TargetOptions::level_factor,
      &TargetOptions::compression,
      &TargetOptions::bloom_bits,
      &TargetOptions::block_cache_bytes,
      &TargetOptions::restart_interval,
      &TargetOptions::writer_yields,
      &TargetOptions::info_log,
      &TargetOptions::wasted_seeks};
  static constexpr std::uint64_t TargetOptions::*kFew[] = {&TargetOptions::reuse_logs,
                                                           &TargetOptions::paranoid_checks};
  static const TargetKind kHarrow = {"harrow", kOptions, nullptr, nullptr, nullptr};
  static const TargetKind kLevelDb = {"leveldb", kFew, nullptr, nullptr, nullptr};
  if (name == kHarrow.name) return &kHarrow;
  return name == kLevelDb.name ? &kLevelDb : nullptr;
}

std::string TargetNames() { return "harrow leveldb"; }

}  // namespace harrow::targets

namespace harrow::kernel {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
  std::abort();
}

}  // namespace harrow::kernel
