// Turns the records of logs into memtables. What may be replayed is decided before (log_chain.h).
//
// Threading: one thread at a time.
#ifndef HARROW_ENGINE_LOG_REPLAY_H_
#define HARROW_ENGINE_LOG_REPLAY_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/memtable.h"

namespace harrow::engine {

class LogReplay {
 public:
  // `full` takes each memtable that has grown past `memtable_size_max`, and the last one.
  LogReplay(std::size_t memtable_size_max, std::function<absl::Status(const MemTable&)> full);

  // Every record up to the log's end or its first bad place. `name` is for messages.
  absl::Status AddLog(const std::string& name, std::string_view contents);
  // After the last log.
  absl::Status Finish();

 private:
  absl::Status Insert(const std::string& name, std::string_view record);

  const std::size_t memtable_size_max_;
  const std::function<absl::Status(const MemTable&)> full_;
  std::unique_ptr<MemTable> memtable_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LOG_REPLAY_H_
