// The target's options by the names that scenarios have for them.
//
// Threading: constants.
#ifndef HARROW_SIM_HARNESS_OPTION_LIST_H_
#define HARROW_SIM_HARNESS_OPTION_LIST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "sim/targets/target.h"

namespace harrow::harness {

struct OptionName {
  std::string_view name;
  std::string_view what;  // "bytes"; of an option that is one of `words`: what they are
  std::uint64_t low;
  std::uint64_t high;
  std::uint64_t targets::TargetOptions::*member;
  int version = 3;  // of the format, that has it first
  // Of an option that is no number: what the values from 0 to `high` are called.
  std::array<std::string_view, 4> words = {};

  // None of a number.
  std::span<const std::string_view> Words() const {
    return {words.data(), words[0].empty() ? 0 : static_cast<std::size_t>(high) + 1};
  }
  // "off on"
  std::string WordList() const {
    std::string list;
    for (const std::string_view word : Words()) list.append(list.empty() ? "" : " ").append(word);
    return list;
  }
};

// In the order in which scenarios print them.
inline constexpr std::array kOptionNames = {
    OptionName{"write-buffer", "bytes", 4096, 1 << 30, &targets::TargetOptions::write_buffer_bytes,
               1},
    OptionName{"block", "bytes", 64, 1 << 20, &targets::TargetOptions::block_bytes, 1},
    OptionName{"max-file", "bytes", 1024, 1 << 30, &targets::TargetOptions::max_file_bytes, 1},
    OptionName{"max-open", "a count", 1, 1 << 20, &targets::TargetOptions::max_open_tables, 1},
    OptionName{"level0-trigger", "tables", 1, 1 << 20,
               &targets::TargetOptions::level0_compaction_trigger},
    OptionName{"level0-slowdown", "tables", 1, 1 << 20,
               &targets::TargetOptions::level0_slowdown_trigger},
    OptionName{"level0-stop", "tables", 1, 1 << 20, &targets::TargetOptions::level0_stop_trigger},
    OptionName{"level-base", "bytes", 1024, std::uint64_t{1} << 40,
               &targets::TargetOptions::level_base_bytes},
    OptionName{"level-factor", "a factor", 2, 1000, &targets::TargetOptions::level_factor},
    OptionName{"compression",
               "a compression",
               0,
               1,
               &targets::TargetOptions::compression,
               3,
               {"none", "snappy"}},
    OptionName{"bloom", "bits a key", 0, 100, &targets::TargetOptions::bloom_bits},
    OptionName{"block-cache", "bytes", 0, 1 << 30, &targets::TargetOptions::block_cache_bytes},
    OptionName{"restart", "entries", 1, 1 << 20, &targets::TargetOptions::restart_interval},
    OptionName{"writer-yields", "a count", 0, 1000, &targets::TargetOptions::writer_yields},
    OptionName{
        "info-log", "an info log", 0, 1, &targets::TargetOptions::info_log, 3, {"none", "file"}},
    OptionName{"wasted-seeks", "a count", 1, 1 << 20, &targets::TargetOptions::wasted_seeks},
    OptionName{
        "reuse-logs", "off or on", 0, 1, &targets::TargetOptions::reuse_logs, 3, {"off", "on"}},
    OptionName{"paranoid-checks",
               "off or on",
               0,
               1,
               &targets::TargetOptions::paranoid_checks,
               3,
               {"off", "on"}},
    OptionName{"journal",
               "a journal mode",
               0,
               3,
               &targets::TargetOptions::journal,
               3,
               {"delete", "truncate", "persist", "wal"}},
    OptionName{"synchronous",
               "how a commit is synced",
               0,
               3,
               &targets::TargetOptions::synchronous,
               3,
               {"off", "normal", "full", "extra"}},
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_OPTION_LIST_H_
