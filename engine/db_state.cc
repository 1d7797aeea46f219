// Options are brought to their minimums here, and what they leave out is made, so that everybody sees
// the same ones.
#include "engine/db_state.h"

#include <algorithm>
#include <utility>

#include "engine/block_cache.h"
#include "engine/file_info_log.h"
#include "engine/table_output.h"

namespace harrow::engine {
namespace {

constexpr std::size_t kWriteBufferSizeMin = 4 << 10;
constexpr std::size_t kOwnBlockCacheCapacity = 8 << 20;

}  // namespace

Options CompleteOptions(Options options, const std::string& directory) {
  if (options.info_log == nullptr) options.info_log = std::make_shared<FileInfoLog>(directory);
  options.write_buffer_size = std::max(options.write_buffer_size, kWriteBufferSizeMin);
  options.max_file_size = std::max<std::size_t>(options.max_file_size, 1);
  options.block_size = std::max<std::size_t>(options.block_size, 1);
  options.block_restart_interval = std::max(options.block_restart_interval, 1);
  options.max_open_files = std::max<std::size_t>(options.max_open_files, 1);
  options.max_bytes_for_level_multiplier =
      std::max<std::uint64_t>(options.max_bytes_for_level_multiplier, 2);
  if (options.block_cache == nullptr)
    options.block_cache = NewLruBlockCache(kOwnBlockCacheCapacity);
  options.max_bytes_for_level_base = std::max<std::uint64_t>(options.max_bytes_for_level_base, 1);
  // A write that waits for fewer tables than a compaction takes would wait for ever.
  std::size_t at_least = 1;
  for (std::size_t* trigger :
       {&options.level0_file_num_compaction_trigger, &options.level0_slowdown_writes_trigger,
        &options.level0_stop_writes_trigger}) {
    *trigger = at_least = std::max(*trigger, at_least);
  }
  return options;
}

DbState::DbState(const Options& the_options, std::string the_directory)
    : options(CompleteOptions(the_options, the_directory)),
      directory(std::move(the_directory)),
      tables(directory, MakeTableOptions(options), options.max_open_files),
      picker(options),
      error(&changed, options.info_log.get()),
      versions(directory),
      snapshots(&mutex),
      seeks(options.wasted_seeks_min),
      memtable(std::make_shared<MemTable>()) {}

void DbState::RefreshView() {
  const std::uint64_t number = view_number.load() + 1;
  view =
      std::make_shared<const ReadView>(ReadView{memtable, immutable, versions.current(), number});
  view_number.store(number);
}

}  // namespace harrow::engine
