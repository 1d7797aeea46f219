// Harrow's own engine as a target.
//
// Threading: as Target says.
#ifndef HARROW_SIM_TARGETS_HARROW_TARGET_H_
#define HARROW_SIM_TARGETS_HARROW_TARGET_H_

#include <cstdint>

#include "sim/targets/target.h"

namespace harrow::targets {

// Those of TargetOptions that it has.
inline constexpr std::uint64_t TargetOptions::*const kHarrowOptions[] = {
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
    &TargetOptions::wasted_seeks,
};

const TargetKind& HarrowKind();

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_HARROW_TARGET_H_
