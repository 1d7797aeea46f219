// The info log in the file LOG of a database's directory; the one before it is kept as LOG.old.
//
//   line := YYYY/MM/DD-hh:mm:ss.uuuuuu text          the time in UTC
//
// Nothing is touched before the first line: an open that is refused because there is no database
// leaves a directory as it was, also one where somebody else has a file LOG.
//
// Threading: safe from any thread.
// Invariants:
//  1. A line is one append to the file; it is on a line of its own, also after one that was cut off.
//  2. Where LOG cannot be renamed it is overwritten; where it cannot be made there is no log. A line
//     that cannot be written is dropped, and the next one is tried again.
// Not here: syncing. The last lines may be missing after a power loss.
#ifndef HARROW_ENGINE_FILE_INFO_LOG_H_
#define HARROW_ENGINE_FILE_INFO_LOG_H_

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "engine/file.h"
#include "engine/info_log.h"

namespace harrow::engine {

class FileInfoLog final : public InfoLog {
 public:
  explicit FileInfoLog(std::string directory) : directory_(std::move(directory)) {}
  void Log(std::string_view line) override;

 private:
  void Open();

  const std::string directory_;
  std::mutex mutex_;  // guards what follows
  bool opened_ = false;
  bool cut_off_ = false;  // the last line may be in the file in part
  std::optional<AppendFile> file_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_FILE_INFO_LOG_H_
