#include "sim/targets/leveldb_files.h"

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "engine/file_name.h"
#include "engine/log_reader.h"
#include "engine/version_edit.h"

namespace harrow::targets {
namespace {

using engine::FileName;
using engine::FileType;
using models::MisplacedFile;

// What the edits of a manifest come to.
struct Needs {
  std::set<std::uint64_t> tables;
  std::uint64_t log_number = 0;
  std::uint64_t previous_log_number = 0;
};

// Nothing where the manifest has a place that is no edit.
std::optional<Needs> ReadNeeds(std::string_view manifest) {
  Needs needs;
  engine::LogReader reader(manifest);
  std::string_view record;
  std::string scratch;
  engine::LogRead read = reader.ReadRecord(&record, &scratch);
  for (; read == engine::LogRead::kRecord; read = reader.ReadRecord(&record, &scratch)) {
    const absl::StatusOr<engine::VersionEdit> edit = engine::VersionEdit::Decode(record);
    if (!edit.ok()) return std::nullopt;
    for (const engine::VersionEdit::RemovedFile& file : edit->removed_files)
      needs.tables.erase(file.number);
    for (const engine::VersionEdit::AddedFile& file : edit->added_files)
      needs.tables.insert(file.file.number);
    needs.log_number = edit->log_number.value_or(needs.log_number);
    needs.previous_log_number = edit->previous_log_number.value_or(needs.previous_log_number);
  }
  if (read != engine::LogRead::kEnd) return std::nullopt;
  return needs;
}

class Directory {
 public:
  Directory(const disk::Image& image, std::string_view path)
      : image_(image), prefix_(std::string(path) + "/") {
    for (const disk::Image::Listed& file : image.List()) {
      if (file.directory || !file.path.starts_with(prefix_)) continue;
      const auto name = engine::ParseFileName(std::string_view(file.path).substr(prefix_.size()));
      if (name.has_value()) files_.emplace_back(file.path, *name);
    }
  }

  std::vector<MisplacedFile> Misplaced() {
    const std::optional<std::string> manifest = ManifestInForce();
    if (!manifest.has_value()) return std::move(misplaced_);
    const std::optional<Needs> needs = ReadNeeds(image_.Contents(*manifest));
    if (!needs.has_value()) {
      Add(MisplacedFile::Kind::kMissing, *manifest, "CURRENT names it, and it is not whole");
      return std::move(misplaced_);
    }
    std::set<std::uint64_t> tables = needs->tables;
    for (const auto& [path, name] : files_) {
      const bool table = name.type == FileType::kTable || name.type == FileType::kOldTable;
      if (table && tables.erase(name.number) > 0) continue;
      const std::string_view reason = WhyUnneeded(path, name, {*manifest, *needs});
      if (!reason.empty()) Add(MisplacedFile::Kind::kUnneeded, path, reason);
    }
    if (!HasLogFrom(needs->log_number)) {
      Add(MisplacedFile::Kind::kMissing,
          prefix_ + engine::FormatFileName({FileType::kLog, needs->log_number}),
          "there is no log from this one on");
    }
    for (const std::uint64_t number : tables) {
      Add(MisplacedFile::Kind::kMissing,
          prefix_ + engine::FormatFileName({FileType::kTable, number}), "the manifest names it");
    }
    return std::move(misplaced_);
  }

 private:
  // The path; nothing after an entry about what is missing.
  std::optional<std::string> ManifestInForce() {
    const std::string current = prefix_ + "CURRENT";
    if (!Has(current)) {
      Add(MisplacedFile::Kind::kMissing, current, "it names the manifest");
      return std::nullopt;
    }
    std::string name = image_.Contents(current);
    if (!name.empty() && name.back() == '\n') name.pop_back();
    if (Has(prefix_ + name)) return prefix_ + name;
    Add(MisplacedFile::Kind::kMissing, prefix_ + name, "CURRENT names it");
    return std::nullopt;
  }

  bool Has(std::string_view path) const {
    for (const auto& [file, name] : files_) {
      if (file == path) return true;
    }
    return false;
  }

  bool HasLogFrom(std::uint64_t log_number) const {
    for (const auto& [file, name] : files_) {
      if (name.type == FileType::kLog && name.number >= log_number) return true;
    }
    return false;
  }

  struct InForce {
    const std::string& manifest;
    const Needs& needs;
  };

  // Of a table, that no version has it. Empty: it is needed, or allowed.
  static std::string_view WhyUnneeded(std::string_view path, const FileName& name,
                                      const InForce& in_force) {
    switch (name.type) {
      case FileType::kLog:
        if (name.number >= in_force.needs.log_number ||
            name.number == in_force.needs.previous_log_number)
          return {};
        return "the manifest needs no log that old";
      case FileType::kTable:
      case FileType::kOldTable:
        return "no version has it";
      case FileType::kManifest:
        return path == in_force.manifest ? "" : "CURRENT names another";
      case FileType::kTemporary:
        return "a temporary file";
      case FileType::kCurrent:
      case FileType::kLock:
      case FileType::kInfoLog:
        break;
    }
    return {};
  }

  void Add(MisplacedFile::Kind kind, std::string_view path, std::string_view reason) {
    misplaced_.push_back({kind, std::string(path), std::string(reason)});
  }

  const disk::Image& image_;
  const std::string prefix_;
  std::vector<std::pair<std::string, FileName>> files_;  // by path
  std::vector<MisplacedFile> misplaced_;
};

}  // namespace

std::vector<MisplacedFile> MisplacedLevelDbFiles(const disk::Image& image,
                                                 std::string_view directory) {
  return Directory(image, directory).Misplaced();
}

}  // namespace harrow::targets
