// The line is put together first and appended as one.
#include "engine/file_info_log.h"

#include <utility>

#include "absl/status/status.h"
#include "engine/clock.h"
#include "engine/file_name.h"

namespace harrow::engine {
void FileInfoLog::Open() {
  opened_ = true;
  const std::string path = FilePath(directory_, {FileType::kInfoLog, 0});
  // Absent as a rule, or in the way: then the open below overwrites it, or fails.
  RenameFile(path, path + ".old").IgnoreError();
  absl::StatusOr<AppendFile> file = AppendFile::Create(path);
  if (file.ok()) file_.emplace(*std::move(file));
}

void FileInfoLog::Log(std::string_view line) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (!opened_) Open();
  if (!file_.has_value()) return;
  std::string text;
  text.reserve(line.size() + 32);
  if (cut_off_) text.push_back('\n');
  AppendTimeOfDay(&text);
  text.append(" ").append(line).append("\n");
  cut_off_ = !file_->Append(text).ok();
}

}  // namespace harrow::engine
