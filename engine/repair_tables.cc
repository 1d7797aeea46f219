// Groups by a sweep over the tables in the order of their smallest keys. A group is split into runs
// without overlaps, so that a merge has one table open for each run, not for each table.
#include "engine/repair_tables.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "engine/level_iterator.h"
#include "engine/merging_iterator.h"
#include "engine/table_output.h"

namespace harrow::engine {
namespace {

// Each run is in the order of keys. The sum of their lengths is that of the group.
std::vector<FileList> SplitIntoRuns(const FileList& group) {
  std::vector<FileList> runs;
  for (const FileRef& file : group) {
    const auto run = std::find_if(runs.begin(), runs.end(), [&](const FileList& candidate) {
      return candidate.back()->largest.user_key() < file->smallest.user_key();
    });
    if (run == runs.end()) {
      runs.push_back({file});
    } else {
      run->push_back(file);
    }
  }
  return runs;
}

// The tables of a merge being written.
class RunWriter {
 public:
  RunWriter(const MergeTarget& target, FileList* run) : target_(target), run_(run) {}

  absl::Status Add(std::string_view key, std::string_view value) {
    const bool new_user_key = last_key_.empty() || ExtractUserKey(last_key_) != ExtractUserKey(key);
    if (output_ != nullptr && new_user_key &&
        output_->FileSize() >= target_.options->max_file_size) {
      absl::Status status = Finish();
      if (!status.ok()) return status;
    }
    if (output_ == nullptr) {
      absl::StatusOr<std::unique_ptr<TableOutput>> output = TableOutput::Create(
          *target_.directory, target_.new_file_number(), MakeTableOptions(*target_.options));
      if (!output.ok()) return output.status();
      output_ = *std::move(output);
    }
    last_key_ = key;
    return output_->Add(key, value);
  }

  absl::Status Finish() {
    if (output_ == nullptr) return absl::OkStatus();
    absl::StatusOr<FileMetaData> file = output_->Finish();
    output_ = nullptr;
    if (!file.ok()) return file.status();
    run_->push_back(std::make_shared<const TableFile>(*std::move(file)));
    return absl::OkStatus();
  }

  const std::string& last_key() const { return last_key_; }

 private:
  const MergeTarget& target_;
  FileList* const run_;
  std::unique_ptr<TableOutput> output_;
  std::string last_key_;
};

absl::Status MergeGroup(const FileList& group, const MergeTarget& target, FileList* run) {
  const std::vector<FileList> runs = SplitIntoRuns(group);
  std::vector<std::unique_ptr<Iterator>> inputs;
  for (const FileList& files : runs)
    inputs.push_back(NewLevelIterator(&files, target.tables, ReadOptions()));
  const std::unique_ptr<Iterator> it = NewMergingIterator(std::move(inputs));
  RunWriter writer(target, run);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (it->key() == writer.last_key()) continue;
    absl::Status status = writer.Add(it->key(), it->value());
    if (!status.ok()) return status;
  }
  if (!it->status().ok()) return it->status();
  return writer.Finish();
}

}  // namespace

std::vector<FileList> GroupByOverlap(FileList tables) {
  std::sort(tables.begin(), tables.end(), [](const FileRef& a, const FileRef& b) {
    const int order = a->smallest.user_key().compare(b->smallest.user_key());
    return order != 0 ? order < 0 : a->number < b->number;
  });
  std::vector<FileList> groups;
  std::string_view group_end;
  for (const FileRef& table : tables) {
    if (groups.empty() || table->smallest.user_key() > group_end) {
      groups.emplace_back();
      group_end = table->largest.user_key();
    }
    groups.back().push_back(table);
    group_end = std::max(group_end, table->largest.user_key());
  }
  return groups;
}

absl::StatusOr<FileList> MergeGroups(const std::vector<FileList>& groups,
                                     const MergeTarget& target) {
  FileList run;
  for (const FileList& group : groups) {
    if (group.size() == 1) {
      run.push_back(group.front());
      continue;
    }
    absl::Status status = MergeGroup(group, target, &run);
    if (!status.ok()) return status;
  }
  return run;
}

int LevelForSize(const Options& options, std::uint64_t size) {
  std::uint64_t size_max = options.max_bytes_for_level_base;
  int level = 1;
  while (level + 1 < kLevelCount && size > size_max) {
    ++level;
    size_max *= options.max_bytes_for_level_multiplier;
  }
  return level;
}

}  // namespace harrow::engine
