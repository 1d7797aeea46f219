// A repair that a power loss ends before any of its file operations, or that any failing operation
// ends: the directory then opens as it did before or as repaired, and the next repair finds every
// entry that an undisturbed one finds. No file that was there is ever gone.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/db.h"
#include "engine/repair_db.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/directory_entries.h"
#include "tests/unit/engine/failure_ways.h"
#include "tests/unit/engine/simulated_database.h"

namespace harrow::engine {
namespace {

using faults::FileKind;
using faults::OpKind;

using Entries = std::map<std::string, std::string>;  // by internal key

void CollectEntries(Entries* entries) {
  const absl::StatusOr<std::vector<DatabaseFile>> files = ListDatabaseFiles(kSimulatedPath);
  for (const DatabaseFile& file : *files) {
    const EntryMap some = EntriesOfFile(kSimulatedPath, file);
    const kernel::HostMemory host;
    for (const auto& [key, value] : some) entries->insert_or_assign(key, value);
  }
}

// What a life on a simulated disk found.
struct Found {
  absl::StatusCode repair = absl::StatusCode::kOk;
  Entries entries;  // in all files after the repair
  std::string state;
};

void RepairAndRead(Found* found) {
  found->repair = RepairDb(SmallOptions(), kSimulatedPath).code();
  if (found->repair != absl::StatusCode::kOk) return;
  CollectEntries(&found->entries);
}

struct Directory {
  const char* name;
  disk::Image image;
  bool all_readable;
};

std::vector<Directory> Directories() {
  const disk::Image whole = WholeDatabase();
  disk::Image no_manifest = whole.Without("db/CURRENT");
  disk::Image damaged = whole;
  std::vector<std::string> tables;
  std::vector<std::string> logs;
  for (const disk::Image::Listed& file : whole.List()) {
    const FileKind kind = targets::ClassifyLevelDbPath(file.path);
    if (kind == FileKind::kTable) tables.push_back(file.path);
    if (kind == FileKind::kLog) logs.push_back(file.path);
    if (kind != FileKind::kManifest) continue;
    no_manifest = no_manifest.Without(file.path);
    damaged = damaged.With(file.path, "damaged");
  }
  EXPECT_GE(tables.size(), 4U);
  EXPECT_EQ(logs.size(), 2U);
  const auto flip = [&](const std::string& path, std::size_t at) {
    std::string bytes = damaged.Contents(path);
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    damaged = damaged.With(path, bytes);
  };
  flip(tables.front(), 20);
  flip(tables[1], damaged.Contents(tables[1]).size() - 20);  // without its index
  flip(logs.front(), 30);
  return {{"whole", whole, true}, {"no manifest", no_manifest, true}, {"damaged", damaged, false}};
}

class RepairFailureTest : public testing::TestWithParam<disk::ProfileName> {
 protected:
  void Begin(const Directory& directory) {
    start_ = directory.image;
    checked_.clear();
    repaired_ = Found();
    RunSimulated(start_, GetParam(), {}, [&] { OpenAndRead(&before_); });
    const SimulatedRun run =
        RunSimulated(start_, GetParam(), {}, [&] { RepairAndRead(&repaired_); });
    ASSERT_EQ(repaired_.repair, absl::StatusCode::kOk);
    if (directory.all_readable) {
      Entries all;
      RunSimulated(start_, GetParam(), {}, [&] { CollectEntries(&all); });
      ASSERT_EQ(repaired_.entries, all);
    }
    RunSimulated(run.cache, GetParam(), {}, [&] { OpenAndRead(&repaired_.state); });
    // Of the last table, and of both logs behind the damage.
    for (const char* pair : {"z4=104 ", "k3=108 ", "l1=106 l2=107 "}) {
      ASSERT_NE(repaired_.state.find(pair), std::string::npos) << repaired_.state;
    }
  }

  // A directory after a repair that did not get to its end.
  void CheckLeft(const disk::Image& left, const std::string& what) {
    if (!checked_.insert(left.ContentHash()).second) return;
    std::string state;
    RunSimulated(left, GetParam(), {}, [&] { OpenAndRead(&state); });
    ASSERT_TRUE(state == before_ || state == repaired_.state) << what << ", opened: " << state;
    Found found;
    const SimulatedRun run = RunSimulated(left, GetParam(), {}, [&] { RepairAndRead(&found); });
    ASSERT_EQ(run.outcome.end, kernel::End::kFinished) << what << ": " << run.outcome.detail;
    ASSERT_EQ(found.repair, absl::StatusCode::kOk) << what;
    ASSERT_EQ(found.entries, repaired_.entries) << what;
    CheckRepaired(run.crashed.front(), what + ", repaired again, power lost");
    CheckRepaired(run.cache, what + ", repaired again");
    CheckNothingIsGone(run.cache, what);
  }

  void CheckRepaired(const disk::Image& image, const std::string& what) {
    if (!opened_.insert(image.ContentHash()).second) return;
    std::string state;
    RunSimulated(image, GetParam(), {}, [&] { OpenAndRead(&state); });
    ASSERT_EQ(state, repaired_.state) << what;
  }

  void CheckNothingIsGone(const disk::Image& image, const std::string& what) const {
    std::set<std::string> contents;
    for (const disk::Image::Listed& file : image.List()) {
      if (!file.directory) contents.insert(image.Contents(file.path));
    }
    for (const disk::Image::Listed& file : start_.List()) {
      const FileKind kind = targets::ClassifyLevelDbPath(file.path);
      if (kind != FileKind::kLog && kind != FileKind::kTable && kind != FileKind::kManifest)
        continue;
      ASSERT_TRUE(contents.contains(start_.Contents(file.path))) << what << ": " << file.path;
    }
  }

  // False when the rule did not fire.
  bool Fail(const faults::Rule& rule, const std::string& what) {
    disk::DiskOptions options = DiskOptionsOf(GetParam());
    options.plan.rules.push_back(rule);
    disk::Disk disk(options, start_);
    absl::StatusCode code = absl::StatusCode::kUnknown;
    const kernel::Outcome outcome =
        RunOnDisk(&disk, [&] { code = RepairDb(SmallOptions(), kSimulatedPath).code(); });
    if (disk.injector().fired().empty()) return false;
    ++runs_;
    EXPECT_EQ(outcome.end, kernel::End::kFinished) << what << ": " << outcome.detail;
    const bool harmless = rule.operation == OpKind::kClose || rule.operation == OpKind::kUnlink;
    if (code == absl::StatusCode::kOk) {
      EXPECT_TRUE(harmless) << what << " was not reported";
    } else {
      EXPECT_EQ(code, rule.effect.error == ENOSPC ? absl::StatusCode::kResourceExhausted
                                                  : absl::StatusCode::kInternal)
          << what;
    }
    using enum faults::Survivors;
    for (const faults::CrashImageChoice& choice :
         std::vector<faults::CrashImageChoice>{{.survivors = kNone},
                                               {.survivors = kNamesOnly},
                                               {.survivors = kRandom, .seed = runs_}}) {
      CheckLeft(disk.Crash(choice), what + ", " + faults::ToText(choice));
    }
    CheckNothingIsGone(disk.Everything(), what);

    // The machine stays up, and the fault is gone.
    options.plan.rules.clear();
    disk::Disk same(options, std::move(disk));
    Found found;
    RunOnDisk(&same, [&] { RepairAndRead(&found); });
    EXPECT_EQ(found.repair, absl::StatusCode::kOk) << what;
    EXPECT_TRUE(found.entries == repaired_.entries) << what << ": entries differ";
    for (const faults::CrashImageChoice& choice : std::vector<faults::CrashImageChoice>{
             {.survivors = kNone}, {.survivors = kAll}, {.survivors = kRandom, .seed = runs_}}) {
      CheckRepaired(same.Crash(choice), what + ", repaired again, " + faults::ToText(choice));
    }
    return true;
  }

  disk::Image start_;
  std::string before_;  // what opening says
  Found repaired_;      // by an undisturbed repair
  std::set<std::uint64_t> checked_;
  std::set<std::uint64_t> opened_;
  std::size_t runs_ = 0;
};

TEST_P(RepairFailureTest, APowerLossBeforeAnyOfItsOperations) {
  for (const Directory& directory : Directories()) {
    SCOPED_TRACE(directory.name);
    ASSERT_NO_FATAL_FAILURE(Begin(directory));
    CrashPoints points(16);
    RunSimulated(
        start_, GetParam(), {}, [] { EXPECT_TRUE(RepairDb(SmallOptions(), kSimulatedPath).ok()); },
        &points);
    EXPECT_GT(points.images().size(), 30U);
    for (const auto& [what, image] : points.images()) {
      ASSERT_NO_FATAL_FAILURE(CheckLeft(image, what));
    }
  }
}

// Somebody brings a table back, and nothing has synced it.
TEST_P(RepairFailureTest, ATableThatIsKeptIsMadeDurable) {
  const Directory directory = Directories()[1];
  ASSERT_NO_FATAL_FAILURE(Begin(directory));
  std::string last;
  for (const disk::Image::Listed& file : start_.List()) {
    if (targets::ClassifyLevelDbPath(file.path) == FileKind::kTable) last = file.path;
  }
  const std::string bytes = start_.Contents(last);
  const SimulatedRun run = RunSimulated(start_.Without(last), GetParam(), {}, [&] {
    absl::StatusOr<AppendFile> file = AppendFile::Create(kSimulatedPath + "/000900.ldb");
    if (!file.ok() || !file->Append(bytes).ok()) kernel::Abort("no file");
    if (!RepairDb(SmallOptions(), kSimulatedPath).ok()) kernel::Abort("no repair");
  });
  ASSERT_EQ(run.outcome.end, kernel::End::kFinished) << run.outcome.detail;
  ASSERT_EQ(run.cache.Contents("db/000900.ldb"), bytes);
  for (const disk::Image& crashed : run.crashed) CheckRepaired(crashed, "brought back");
}

TEST_P(RepairFailureTest, AnyOperationThatFails) {
  for (const Directory& directory : Directories()) {
    SCOPED_TRACE(directory.name);
    ASSERT_NO_FATAL_FAILURE(Begin(directory));
    FailEveryOperation(
        [&](const faults::Rule& rule, const char* way) {
          return Fail(rule, faults::ToText(rule) + " (" + way + ")");
        },
        [] { return HasFailure(); });
    EXPECT_GT(runs_, 100U);
  }
  RecordProperty("runs", static_cast<int>(runs_));
}

INSTANTIATE_TEST_SUITE_P(Profiles, RepairFailureTest,
                         testing::Values(disk::ProfileName::kExt4, disk::ProfileName::kStrict),
                         [](const auto& param) { return std::string(ToText(param.param)); });

}  // namespace
}  // namespace harrow::engine
