// Part by part, in the order of the table's columns; a part that leaves nothing to ask ends it.
#include "engine/recovery_look.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "engine/file.h"

namespace harrow::engine {
namespace {

bool IsTable(const FileName& file) {
  return file.type == FileType::kTable || file.type == FileType::kOldTable;
}

class Looker {
 public:
  Looker(const Options& options, const std::string& directory) : directory_(directory) {
    view_.looks.may_create = options.create_if_missing;
    view_.looks.may_exist = !options.error_if_exists;
  }

  RecoveryView Run() {
    std::uint64_t manifest_number = 0;
    Seen current = LookAtCurrent(directory_, &manifest_number);
    if (current.look == Look::kAbsent) {
      current.why = absl::NotFoundError("there is no database in " + directory_);
      LookAtData();
    } else if (current.look == Look::kWhole && !view_.looks.may_exist) {
      current.why = absl::FailedPreconditionError("there is a database in " + directory_);
    } else if (current.look == Look::kWhole) {
      LookAtState(manifest_number);
    }
    Note(Part::kCurrent, std::move(current));
    return std::move(view_);
  }

 private:
  void Note(Part part, Seen seen) {
    view_.looks[part] = seen.look;
    view_.why[static_cast<std::size_t>(part)] = std::move(seen.why);
  }

  absl::Status List() {
    absl::StatusOr<std::vector<std::string>> names = ListDirectory(directory_);
    if (!names.ok()) return names.status();
    for (const std::string& name : *names) {
      const std::optional<FileName> file = ParseFileName(name);
      if (file.has_value()) view_.files.push_back(*file);
    }
    return absl::OkStatus();
  }

  // Without CURRENT there may be what an unfinished creation left, but no data.
  void LookAtData() {
    view_.state.version = std::make_shared<const Version>();
    view_.state.next_file_number = 1;
    absl::Status status = List();
    if (!status.ok()) return Note(Part::kTables, {Look::kUnreadable, status});
    for (const FileName& file : view_.files) {
      bool data = IsTable(file);
      if (file.type == FileType::kLog) {
        const absl::StatusOr<std::uint64_t> size = FileSize(FilePath(directory_, file));
        if (!size.ok()) return Note(Part::kTables, {Look::kUnreadable, size.status()});
        data = *size > 0;
      }
      if (!data) continue;
      const std::string path = FilePath(directory_, file);
      return Note(
          Part::kTables,
          {Look::kWhole, absl::DataLossError("CURRENT is missing, but not its data: " + path)});
    }
  }

  void LookAtState(std::uint64_t manifest_number) {
    Note(Part::kManifest, LookAtManifest(directory_, manifest_number, &view_.state));
    if (view_.state.version == nullptr) return;
    absl::Status status = List();
    if (!status.ok()) return Note(Part::kTables, {Look::kUnreadable, status});
    Note(Part::kTables, LookAtTables());
    if (view_.looks[Part::kTables] != Look::kMissing) LookAtLogs();
  }

  Seen LookAtTables() const {
    Look look = Look::kAbsent;
    for (int level = 0; level < kLevelCount; ++level) {
      for (const FileRef& file : view_.state.version->level(level)) {
        look = Look::kWhole;
        if (view_.Has(FileType::kTable, file->number)) continue;
        if (view_.Has(FileType::kOldTable, file->number)) continue;
        const std::string path = FilePath(directory_, {FileType::kTable, file->number});
        return {Look::kMissing, absl::DataLossError("a table is missing: " + path)};
      }
    }
    return {look, absl::OkStatus()};
  }

  void LookAtLogs() {
    const ManifestState& state = view_.state;
    std::set<std::uint64_t> numbers;
    // Log 0 is none: the first manifest of a stock LevelDB says so. Those named must be there.
    for (const std::uint64_t number : {state.log_number, state.previous_log_number}) {
      if (number != 0) numbers.insert(number);
    }
    for (const FileName& file : view_.files) {
      if (file.type == FileType::kLog && file.number >= state.log_number) {
        numbers.insert(file.number);
      }
    }
    view_.logs = LogChain(state.last_sequence);
    for (const std::uint64_t number : numbers) {
      const std::string path = FilePath(directory_, {FileType::kLog, number});
      view_.logs.Add(path, ReadFile(path));
    }
    Note(Part::kEarlierLogs, {view_.logs.earlier_look(), view_.logs.earlier_why()});
    Note(Part::kLastLog, {view_.logs.last_look(), view_.logs.last_why()});
    view_.looks.marker = view_.logs.marker();
  }

  const std::string& directory_;
  RecoveryView view_;
};

}  // namespace

bool RecoveryView::Has(FileType type, std::uint64_t number) const {
  return std::any_of(files.begin(), files.end(), [&](const FileName& file) {
    return file.type == type && file.number == number;
  });
}

std::uint64_t RecoveryView::LargestNumber() const {
  std::uint64_t largest = 0;
  for (const FileName& file : files) largest = std::max(largest, file.number);
  return largest;
}

RecoveryView LookAtDirectory(const Options& options, const std::string& directory) {
  return Looker(options, directory).Run();
}

}  // namespace harrow::engine
