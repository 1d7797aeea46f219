// Fails the Nth operation of each kind on each kind of file, for N = 1, 2, ... until none is left,
// once and for good, in every way that it can fail: each failure must have one row of the table,
// and the database must do what the row says. Afterwards the directory is opened as the machine has
// it, and as a power loss leaves it, and held against the model.
#include "tests/unit/engine/failure_table.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "engine/db.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/failure_ways.h"
#include "tests/unit/engine/simulated_machine.h"

namespace harrow::engine {
namespace {

using faults::FileKind;
using faults::OpKind;

Options TestOptions() {
  Options options;
  options.write_buffer_size = 4 << 10;
  options.allow_mmap_reads = false;
  options.level0_file_num_compaction_trigger = 100;  // compactions are asked for
  return options;
}

// Writes in their order, and what they came to. The key is the number; "hot" is the last of them.
class Writes {
 public:
  void Add(bool acknowledged) {
    const kernel::HostMemory host;
    acknowledged_.push_back(acknowledged);
  }
  void MarkDurable() { durable_ = acknowledged_.size(); }
  std::size_t count() const { return acknowledged_.size(); }

  // The states that a read may find: those of all acknowledged writes, and of the one that failed
  // too; after a power loss those of every prefix that has at least the durable ones.
  std::set<std::string> Allowed(bool power_loss, bool failed_too) const {
    std::set<std::string> allowed;
    std::size_t whole = acknowledged_.size();
    while (whole > 0 && !acknowledged_[whole - 1]) --whole;
    for (std::size_t count = power_loss ? durable_ : whole; count <= whole; ++count) {
      allowed.insert(StateAfter(count));
    }
    if (failed_too && whole < acknowledged_.size()) allowed.insert(StateAfter(whole + 1));
    return allowed;
  }

  static std::string Name(std::size_t index) {
    return std::string(1, static_cast<char>('A' + index));
  }

 private:
  static std::string StateAfter(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += Name(i) + "=" + Name(i) + " ";
    return text + (count > 0 ? "hot=" + Name(count - 1) + " " : "");
  }

  std::vector<bool> acknowledged_;
  std::size_t durable_ = 0;
};

// Values are long, and start with what counts.
std::string ReadAll(Db* db, absl::Status* status) {
  std::string text;
  const std::unique_ptr<Iterator> it = db->NewIterator(ReadOptions());
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    text.append(it->key()).append("=").append(it->value().substr(0, 1)).append(" ");
  }
  *status = it->status();
  return text;
}

// One life: a program that comes by every file operation, up to the step in which something fails.
class Life final : public disk::Observer {
 public:
  Life(Writes writes, bool transient, std::span<const FailureRow> rows)
      : writes_(std::move(writes)), transient_(transient), rows_(rows) {}

  void BeforeMutation(const disk::Disk&, const disk::MutationEvent& event) override {
    const bool edit = event.file == FileKind::kManifest && event.operation == OpKind::kSync;
    if (phase_ == Phase::kCompacting && edit) phase_ = Phase::kCleaningUp;
    const bool output = event.file == FileKind::kTable && event.operation == OpKind::kCreate;
    if (phase_ == Phase::kCleaningUp && output) phase_ = Phase::kCompacting;
  }
  void Faulted(const faults::Fired& fired) override {
    if (fired_) return;
    fired_ = true;
    fired_phase_ = phase_;
    for (const FailureRow& row : rows_) {
      if (!row.files.Contains(fired.file) || !row.operations.Contains(fired.operation) ||
          !row.phases.Contains(phase_)) {
        continue;
      }
      if (row_ != nullptr) Complain("two rows match");
      row_ = &row;
    }
    if (row_ == nullptr) Complain("no row matches");
  }

  void Run() {
    phase_ = Phase::kOpening;
    absl::StatusOr<std::unique_ptr<Db>> opened = Db::Open(TestOptions(), kSimulatedPath);
    if (!opened.ok()) {
      Demand(fired_, "the open failed by itself");
      Demand(IsOutcome(Outcome::kOpenFails), "the open failed: " + opened.status().ToString());
      Demand(opened.status().code() == absl::StatusCode::kInternal ||
                 opened.status().code() == absl::StatusCode::kResourceExhausted,
             "the open's error: " + opened.status().ToString());
      return;
    }
    db_ = *std::move(opened);
    if (fired_) {
      Probe();
    } else {
      RunSteps();
    }
    phase_ = Phase::kClosing;
    db_.reset();
    if (fired_phase_ == Phase::kClosing && fired_) {
      Demand(IsOutcome(Outcome::kNothing), "the close");
    }
  }

  bool fired() const { return fired_; }
  Phase fired_phase() const { return fired_phase_; }
  const FailureRow* row() const { return row_; }
  const Writes& writes() const { return writes_; }
  std::string problems() const { return problems_; }

 private:
  enum class Sync { kNo, kYes };

  void Complain(std::string_view what) {
    const kernel::HostMemory host;
    problems_.append(what).append("\n");
  }
  void Demand(bool holds, std::string_view what) {
    if (!holds) Complain(what);
  }
  bool IsOutcome(Outcome outcome) const { return row_ != nullptr && row_->outcome == outcome; }

  void RunSteps() {
    Step(Phase::kReading, [&] { Read(); });
    Step(Phase::kWriting, [&] { Write(20, Sync::kNo); });
    Step(Phase::kWriting, [&] { Write(20, Sync::kYes); });
    Step(Phase::kFlushSynced, [&] { Flush(); });
    Step(Phase::kWriting, [&] { Write(20, Sync::kYes); });
    Step(Phase::kWriting, [&] { Write(20, Sync::kYes); });
    Step(Phase::kFlushSynced, [&] { Flush(); });
    Step(Phase::kWriting, [&] {
      Write(20, Sync::kYes);
      LetBackgroundRun();
    });
    Step(Phase::kWriting, [&] { Write(20, Sync::kYes); });
    Step(Phase::kWriting, [&] { Write(20, Sync::kNo); });
    Step(Phase::kFlushUnsynced, [&] { Flush(); });
    Step(Phase::kWriting, [&] {
      Write(20, Sync::kNo);
      LetBackgroundRun();
    });
    Step(Phase::kWriting, [&] { Write(20, Sync::kYes); });
    Step(Phase::kRotating, [&] {
      Write(6'000, Sync::kYes);
      Write(20, Sync::kNo);  // rotates
      Write(20, Sync::kYes);
      Settle();
    });
    Step(Phase::kCompacting, [&] { Compact(); });
    Step(Phase::kReading, [&] { Read(); });
    Step(Phase::kWriting, [&] { Write(20, Sync::kYes); });
    Step(Phase::kWriting, [&] { Write(20, Sync::kYes); });
  }

  template <typename Body>
  void Step(Phase phase, Body body) {
    if (fired_) return;
    phase_ = phase;
    step_failed_ = false;
    body();
    if (!fired_) {
      Demand(!step_failed_, "a call failed by itself");
      return;
    }
    if (IsOutcome(Outcome::kNothing) && transient_) Demand(!step_failed_, "a call failed");
    if (IsOutcome(Outcome::kCallFails)) Demand(step_failed_, "the call did not fail");
    Probe();
  }

  void Note(const absl::Status& status) { step_failed_ = step_failed_ || !status.ok(); }

  void Write(std::size_t size, Sync sync) {
    if (step_failed_) return;
    const std::string name = Writes::Name(writes_.count());
    WriteBatch batch;
    batch.Put(name, name + std::string(size, '.'));
    batch.Put("hot", name);
    const absl::Status status = db_->Write({.sync = sync == Sync::kYes}, batch);
    writes_.Add(status.ok());
    if (status.ok() && sync == Sync::kYes) writes_.MarkDurable();
    Note(status);
  }
  void Flush() {
    const absl::Status status = db_->Flush();
    if (status.ok()) writes_.MarkDurable();
    Note(status);
  }
  // It closes the log whose writes the last flush has put into a table.
  static void LetBackgroundRun() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }
  // Until the flush of the rotated memtable is over: a flush waits for it, and rotates once more.
  void Settle() {
    if (!step_failed_) Flush();
  }
  void Compact() {
    const absl::Status status = db_->CompactRange(std::nullopt, std::nullopt);
    if (status.ok()) writes_.MarkDurable();
    Note(status);
  }
  void Read() {
    absl::Status status;
    const std::string state = ReadAll(db_.get(), &status);
    Note(status);
    Demand(!status.ok() || IsAllowed(state), "a scan found " + state);
    std::string value;
    const absl::Status got = db_->Get(ReadOptions(), "A", &value);
    Note(got);
    Demand(got.ok() || got.code() == absl::StatusCode::kInternal, "a get: " + got.ToString());
  }
  // In this instance a failed write is not visible.
  bool IsAllowed(const std::string& state) const {
    const kernel::HostMemory host;
    return writes_.Allowed(false, false).contains(std::string(state));
  }

  // What later calls do.
  void Probe() {
    if (row_ == nullptr) return;
    if (row_->outcome == Outcome::kOpenFails) return Complain("the open did not fail");
    // Waits for what goes on in the background.
    const absl::Status flushed = db_->Flush();
    const absl::Status error = db_->background_error();
    if (row_->outcome == Outcome::kReadOnly) {
      Demand(!error.ok() && (error.code() == absl::StatusCode::kInternal ||
                             error.code() == absl::StatusCode::kResourceExhausted),
             "the background error is " + error.ToString());
      Demand(flushed == error, "Flush: " + flushed.ToString());
      for (const bool sync : {false, true}) {
        const absl::Status put = db_->Put({.sync = sync}, "never", "never");
        Demand(put == error, "Put: " + put.ToString());
      }
      const absl::Status deleted = db_->Delete(WriteOptions(), "A");
      Demand(deleted == error, "Delete: " + deleted.ToString());
      const absl::Status compacted = db_->CompactRange(std::nullopt, std::nullopt);
      Demand(compacted == error, "CompactRange: " + compacted.ToString());
      Demand(db_->Flush() == error && db_->background_error() == error, "it changed");
    } else if (transient_) {
      Demand(error.ok(), "a background error: " + error.ToString());
      Demand(flushed.ok(), "Flush: " + flushed.ToString());
      step_failed_ = false;
      Write(20, Sync::kYes);
      Compact();
      Demand(!step_failed_, "later calls do not go on");
    }
    // With tables that cannot be read for good there are no reads.
    if (row_->files.Contains(FileKind::kTable) && !transient_) return;
    absl::Status status;
    const std::string state = ReadAll(db_.get(), &status);
    Demand(status.ok(), "an iterator: " + status.ToString());
    Demand(!status.ok() || IsAllowed(state), "reads find " + state);
    std::string value;
    Demand(db_->Get(ReadOptions(), "A", &value).ok(), "a get");
  }

  Writes writes_;
  const bool transient_;
  const std::span<const FailureRow> rows_;
  Phase phase_ = Phase::kOpening;
  bool fired_ = false;
  Phase fired_phase_ = Phase::kOpening;
  const FailureRow* row_ = nullptr;
  bool step_failed_ = false;
  std::string problems_;
  std::unique_ptr<Db> db_;
};

// A database with tables, two logs that have to be replayed, and no process.
disk::Image Start(Writes* writes) {
  Writes made;
  SimulatedRun run = RunSimulated(disk::Image(), disk::ProfileName::kExt4, {}, [&] {
    std::unique_ptr<Db> db = *Db::Open(
        [] {
          Options options = TestOptions();
          options.create_if_missing = true;
          return options;
        }(),
        kSimulatedPath);
    const auto write = [&](std::size_t size) {
      WriteBatch batch;
      const std::string name = Writes::Name(made.count());
      batch.Put(name, name + std::string(size, '.'));
      batch.Put("hot", name);
      made.Add(db->Write({.sync = true}, batch).ok());
    };
    for (int i = 0; i < 2; ++i) {
      write(20);
      if (!db->Flush().ok()) kernel::Abort("no flush");
    }
    write(6'000);
    write(20);  // rotates; the process ends before the flush
    kernel::Stop();
  });
  made.MarkDurable();
  *writes = made;
  EXPECT_EQ(run.outcome.end, kernel::End::kStopped) << run.outcome.detail;
  return run.cache;
}

std::string Reopen(const disk::Image& image) {
  std::string found;
  const SimulatedRun run = RunSimulated(image, disk::ProfileName::kExt4, {}, [&] {
    const absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(TestOptions(), kSimulatedPath);
    absl::Status status = db.status();
    std::string state = db.ok() ? ReadAll(db->get(), &status) : "";
    if (!status.ok()) state = status.ToString();
    const kernel::HostMemory host;
    found.append(state);
  });
  if (run.outcome.end != kernel::End::kFinished) found += run.outcome.detail;
  return found;
}

class FailureTableTest : public testing::TestWithParam<disk::ProfileName> {
 protected:
  FailureTableTest() { start_ = Start(&writes_); }

  // False when there is no such operation.
  bool Fail(const faults::Rule& rule, std::string_view way) {
    const bool transient = rule.count == 1;
    faults::Plan plan;
    plan.rules.push_back(rule);
    Life life(writes_, transient, failure_table::kRows);
    const SimulatedRun run = RunSimulated(
        start_, GetParam(), plan, [&] { life.Run(); }, &life);
    if (run.fired.empty()) {
      EXPECT_EQ(life.problems(), "") << faults::ToText(rule);
      return false;
    }
    ++runs_;
    const std::string what =
        faults::ToText(rule) + " (" + std::string(way) + ") while " + PhaseName(life.fired_phase());
    EXPECT_EQ(run.outcome.end, kernel::End::kFinished) << what << ": " << run.outcome.detail;
    EXPECT_EQ(life.problems(), "") << what;
    if (life.row() != nullptr) Remember(rule, life);
    const std::string warm = Reopen(run.cache);
    // Where a failed sync takes the cache back to what was synced last, it is like a power loss.
    const bool reverts =
        disk::GetProfile(GetParam()).failed_sync == disk::FailedSyncRule::kRevertsCache;
    EXPECT_TRUE(life.writes().Allowed(reverts, true).contains(warm))
        << what << ", reopened: " << warm;
    for (const disk::Image& crashed : run.crashed) {
      const std::string cold = Reopen(crashed);
      EXPECT_TRUE(life.writes().Allowed(true, true).contains(cold))
          << what << ", after a power loss: " << cold;
    }
    return true;
  }

  void Remember(const faults::Rule& rule, const Life& life) {
    const auto [met, added] = met_.try_emplace(life.row(), rule);
    // One that shows the most of what may be wrong.
    if (rule.count == 1 && life.fired_phase() != Phase::kOpening) met->second = rule;
  }

  // The same failure against a table in which the row has another outcome.
  void ExpectThatNoOtherOutcomeFits(const FailureRow& row, const faults::Rule& rule) {
    const std::size_t index = static_cast<std::size_t>(&row - failure_table::kRows);
    for (const Outcome other :
         {Outcome::kOpenFails, Outcome::kReadOnly, Outcome::kCallFails, Outcome::kNothing}) {
      if (other == row.outcome) continue;
      std::vector<FailureRow> rows(std::begin(failure_table::kRows),
                                   std::end(failure_table::kRows));
      rows[index].outcome = other;
      Life life(writes_, true, rows);
      faults::Plan plan;
      plan.rules.push_back(rule);
      RunSimulated(
          start_, GetParam(), plan, [&] { life.Run(); }, &life);
      EXPECT_NE(life.problems(), "")
          << row.operation << " fits outcome " << static_cast<int>(other);
    }
  }

  Writes writes_;
  disk::Image start_;
  std::map<const FailureRow*, faults::Rule> met_;
  std::size_t runs_ = 0;
};

TEST_P(FailureTableTest, EveryOperationThatFailsDoesWhatItsRowSays) {
  FailEveryOperation([&](const faults::Rule& rule, const char* way) { return Fail(rule, way); },
                     [] { return HasFailure(); });
  if (HasFailure()) return;
  for (const FailureRow& row : failure_table::kRows) {
    const auto met = met_.find(&row);
    ASSERT_NE(met, met_.end()) << "no operation is in the row: " << row.operation;
    ExpectThatNoOtherOutcomeFits(row, met->second);
  }
  RecordProperty("runs", static_cast<int>(runs_));
}

INSTANTIATE_TEST_SUITE_P(Profiles, FailureTableTest,
                         testing::Values(disk::ProfileName::kExt4, disk::ProfileName::kStrict,
                                         disk::ProfileName::kBtrfs),
                         [](const auto& param) { return std::string(ToText(param.param)); });

// What a correct program absorbs changes nothing at all, wherever it comes.
TEST(FailureTableHarmlessTest, ShortTransfersAndInterruptsAreNotNoticed) {
  Writes writes;
  const disk::Image start = Start(&writes);
  for (const char* text :
       {"any read 1/2: short 1", "any read 1/3: short 100", "any write 1/2: short 5",
        "any read 1/2: interrupt", "any write 1/2: interrupt", "any sync 1/2: interrupt",
        "any open 1/2: interrupt"}) {
    faults::Plan plan;
    plan.seed = 7;
    const absl::StatusOr<faults::Rule> rule = faults::ParseRule(text);
    ASSERT_TRUE(rule.ok()) << text << rule.status();
    plan.rules.push_back(*rule);
    Life life(writes, true, failure_table::kRows);
    const SimulatedRun run = RunSimulated(
        start, disk::ProfileName::kExt4, plan, [&] { life.Run(); }, &life);
    EXPECT_GT(run.fired.size(), 3U) << text;
    EXPECT_EQ(life.problems(), "") << text;
    EXPECT_TRUE(life.writes().Allowed(false, false).contains(Reopen(run.cache))) << text;
  }
}

}  // namespace
}  // namespace harrow::engine
