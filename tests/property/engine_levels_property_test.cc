// Any program of writes, snapshots, flushes, ranges by hand and reopens, with sizes so small that
// data goes down four levels and more, leaves the database equal to a std::map at every snapshot,
// and its levels as they must be after every edit.
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/db.h"
#include "engine/table_output.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "tests/property/version_invariants.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

using Model = std::map<std::string, std::string>;

enum class Kind : std::uint8_t { kFill, kDelete, kSnapshot, kRelease, kFlush, kCompact, kReopen };

// `from` and `to` are numbers of keys; `seed` chooses those that a fill or a deletion is about.
struct Action {
  Kind kind = Kind::kFill;
  unsigned from = 0;
  unsigned to = 0;
  unsigned seed = 0;
};

void showValue(const Action& action, std::ostream& out) {
  constexpr std::array<const char*, 7> kNames = {"fill",  "delete",  "snapshot", "release",
                                                 "flush", "compact", "reopen"};
  out << kNames[static_cast<std::size_t>(action.kind)] << " " << action.from << "-" << action.to
      << " seed " << action.seed;
}

rc::Gen<Action> AnyAction() {
  return rc::gen::map(rc::gen::tuple(rc::gen::weightedElement<Kind>({{12, Kind::kFill},
                                                                     {4, Kind::kDelete},
                                                                     {2, Kind::kSnapshot},
                                                                     {1, Kind::kRelease},
                                                                     {2, Kind::kFlush},
                                                                     {2, Kind::kCompact},
                                                                     {1, Kind::kReopen}}),
                                     rc::gen::inRange(0U, 400U), rc::gen::inRange(0U, 400U),
                                     rc::gen::inRange(1U, 1U << 20)),
                      [](const std::tuple<Kind, unsigned, unsigned, unsigned>& parts) {
                        const auto& [kind, a, b, seed] = parts;
                        return Action{kind, std::min(a, b), std::max(a, b), seed};
                      });
}

std::string KeyNumber(unsigned number) {
  const std::string digits = std::to_string(number);
  return "k" + std::string(3 - digits.size(), '0') + digits;
}

// The totals of all cases, to be sure that they get where they should.
struct Reached {
  DbCounters counters;
  AddedByLevel added{};
};

class Subject {
 public:
  explicit Subject(Reached* reached) : reached_(reached) {
    options_.create_if_missing = true;
    options_.write_buffer_size = 4 << 10;
    options_.max_file_size = 1 << 10;
    options_.block_size = 256;
    options_.level0_file_num_compaction_trigger = 2;
    options_.max_bytes_for_level_base = 2 << 10;
    options_.max_bytes_for_level_multiplier = 2;
    Open();
  }

  void Do(const Action& action) {
    switch (action.kind) {
      case Kind::kFill:
      case Kind::kDelete:
        Change(action);
        break;
      case Kind::kSnapshot:
        snapshots_.emplace_back(db_->GetSnapshot(), model_);
        break;
      case Kind::kRelease:
        if (!snapshots_.empty()) {
          snapshots_.erase(snapshots_.begin() + action.seed % snapshots_.size());
        }
        break;
      case Kind::kFlush:
        RC_ASSERT(db_->Flush().ok());
        break;
      case Kind::kCompact: {
        const std::string from = KeyNumber(action.from);
        const std::string to = KeyNumber(action.to);
        std::optional<std::string_view> begin;
        std::optional<std::string_view> end;
        if (action.seed % 3 != 0) begin = from;
        if (action.seed % 5 != 0) end = to;
        RC_ASSERT(db_->CompactRange(begin, end).ok());
        break;
      }
      case Kind::kReopen:
        Close();
        Open();
        break;
    }
  }

  void CheckContents() {
    CheckState(model_, nullptr);
    for (const auto& [snapshot, model] : snapshots_) CheckState(model, snapshot.get());
  }

  void Close() {
    CheckContents();
    snapshots_.clear();
    const DbCounters counters = db_->counters();
    reached_->counters.compactions += counters.compactions;
    reached_->counters.moves += counters.moves;
    reached_->counters.manual_compactions += counters.manual_compactions;
    reached_->counters.flushes_below_level0 += counters.flushes_below_level0;
    db_.reset();
    const std::string history = CheckManifestHistory(directory_.path(), &reached_->added);
    if (!history.empty()) RC_FAIL(history);
    const std::string tables = CheckTables(directory_.path(), options_);
    if (!tables.empty()) RC_FAIL(tables);
  }

 private:
  void Open() {
    absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, directory_.path());
    RC_ASSERT(db.ok());
    db_ = *std::move(db);
  }

  // About forty keys of the range.
  void Change(const Action& action) {
    const unsigned step = (action.to - action.from) / 40 + 1;
    unsigned number = action.from + action.seed % step;
    WriteBatch batch;
    for (; number <= action.to; number += step) {
      const std::string key = KeyNumber(number);
      if (action.kind == Kind::kDelete) {
        batch.Delete(key);
        model_.erase(key);
      } else {
        model_[key] = std::to_string(action.seed) + std::string((number * action.seed) % 97, 'v');
        batch.Put(key, model_[key]);
      }
    }
    RC_ASSERT(db_->Write(WriteOptions(), batch).ok());
  }

  void CheckState(const Model& model, const Snapshot* snapshot) {
    const std::unique_ptr<Iterator> it = db_->NewIterator({.snapshot = snapshot});
    Model found;
    for (it->SeekToFirst(); it->Valid(); it->Next()) found.emplace(it->key(), it->value());
    RC_ASSERT(it->status().ok());
    RC_ASSERT(found == model);
    for (unsigned number = 0; number < 400; number += 7) {
      const std::string key = KeyNumber(number);
      std::string value;
      const absl::Status status = db_->Get({.snapshot = snapshot}, key, &value);
      const auto expected = model.find(key);
      RC_ASSERT(status.ok() == (expected != model.end()));
      RC_ASSERT(status.ok() || absl::IsNotFound(status));
      if (status.ok()) RC_ASSERT(value == expected->second);
    }
  }

  Reached* const reached_;
  const ScratchDirectory directory_;
  Options options_;
  std::unique_ptr<Db> db_;
  Model model_;
  std::vector<std::pair<std::unique_ptr<Snapshot>, Model>> snapshots_;
};

TEST(EngineLevelsPropertyTest, AnyProgramAgreesWithTheModel) {
  Reached reached;
  EXPECT_TRUE(rc::check([&reached] {
    const std::vector<Action> program =
        *rc::gen::scale(0.7, rc::gen::container<std::vector<Action>>(AnyAction()));
    Subject subject(&reached);
    for (std::size_t i = 0; i < program.size(); ++i) {
      subject.Do(program[i]);
      if (i % 8 == 7) subject.CheckContents();
    }
    subject.Close();
  }));
  EXPECT_GT(reached.counters.compactions, 50U);
  EXPECT_GT(reached.counters.moves, 5U);
  EXPECT_GT(reached.counters.manual_compactions, 20U);
  EXPECT_GT(reached.counters.flushes_below_level0, 10U);
  EXPECT_GT(reached.added[3], 20U);
  EXPECT_GT(reached.added[4], 5U);
}

}  // namespace
}  // namespace harrow::engine
