// Whatever lies in the memtables and the tables of all levels, whichever way it is stored and read,
// an iterator walks in every direction as one over a std::map does; what damage hides, it fails at.
#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/block_cache.h"
#include "engine/db.h"
#include "engine/db_iterator.h"
#include "engine/file_name.h"
#include "engine/filter_policy.h"
#include "engine/table_builder.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "tests/property/iterator_walk.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

// How tables are stored and read.
struct Storage {
  bool map = false;
  bool snappy = false;
  bool bloom = false;
  bool fill_cache = true;
  std::size_t cache_capacity = 0;
  int restart_interval = 1;
};

void showValue(const Storage& storage, std::ostream& out) {
  out << (storage.map ? "mapped " : "") << (storage.snappy ? "snappy " : "")
      << (storage.bloom ? "bloom " : "") << (storage.fill_cache ? "" : "fills no cache ")
      << "cache of " << storage.cache_capacity << ", restarts every " << storage.restart_interval;
}

rc::Gen<Storage> AnyStorage() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::arbitrary<bool>(), rc::gen::arbitrary<bool>(),
                     rc::gen::arbitrary<bool>(), rc::gen::arbitrary<bool>(),
                     rc::gen::element<std::size_t>(0, 1 << 12, 1 << 20),
                     rc::gen::element(1, 3, 16)),
      [](const std::tuple<bool, bool, bool, bool, std::size_t, int>& parts) {
        const auto& [map, snappy, bloom, fill_cache, cache_capacity, restart_interval] = parts;
        return Storage{map, snappy, bloom, fill_cache, cache_capacity, restart_interval};
      });
}

CompressionType CompressionOf(const Storage& storage) {
  return storage.snappy ? CompressionType::kSnappyCompression : CompressionType::kNoCompression;
}

// A change's sequence is its place among all, from 1 on.
struct Change {
  unsigned key = 0;
  bool deletion = false;
};

void showValue(const Change& change, std::ostream& out) {
  out << (change.deletion ? "delete " : "put ") << change.key;
}

rc::Gen<std::vector<Change>> AnyChanges() {
  return rc::gen::scale(
      4, rc::gen::container<std::vector<Change>>(rc::gen::map(
             rc::gen::pair(rc::gen::inRange(0U, IteratorWalk::kKeyCount), rc::gen::inRange(0, 4)),
             [](const std::pair<unsigned, int>& parts) {
               return Change{parts.first, parts.second == 0};
             })));
}

std::string ValueOf(SequenceNumber sequence) {
  return std::to_string(sequence) + std::string(sequence * 7 % 40, 'v');
}

Model ModelAsOf(const std::vector<Change>& changes, SequenceNumber sequence) {
  Model model;
  for (SequenceNumber at = 1; at <= sequence; ++at) {
    const Change& change = changes[at - 1];
    if (change.deletion) {
      model.erase(UserKeyOf(change.key));
    } else {
      model[UserKeyOf(change.key)] = ValueOf(at);
    }
  }
  return model;
}

class SampleCounter final : public ReadSampler {
 public:
  void Sample(const Version& /*version*/, std::string_view /*internal_key*/) override {}
};

// The changes in order of age: in levels 3 and 1, two tables of level 0, and two memtables.
class Layers {
 public:
  // `cuts`, which ascend, part the changes.
  using Cuts = std::array<std::size_t, 5>;

  Layers(const Storage& storage, const std::vector<Change>& changes, const Cuts& cuts)
      : storage_(storage) {
    options_.block_size = 64;
    options_.restart_interval = storage.restart_interval;
    options_.compression = CompressionOf(storage);
    options_.allow_mmap_reads = storage.map;
    if (storage.bloom) options_.filter_policy = NewBloomFilterPolicy(10);
    if (storage.cache_capacity > 0) options_.block_cache = NewLruBlockCache(storage.cache_capacity);
    AddTables(3, Sorted(changes, 0, cuts[0]), 15);
    AddTables(1, Sorted(changes, cuts[0], cuts[1]), 10);
    AddTables(0, Sorted(changes, cuts[1], cuts[2]), SIZE_MAX);
    AddTables(0, Sorted(changes, cuts[2], cuts[3]), SIZE_MAX);
    view_.immutable = NewMemTable(changes, cuts[3], cuts[4]);
    view_.memtable = NewMemTable(changes, cuts[4], changes.size());
  }

  const std::vector<std::string>& table_paths() const { return paths_; }

  // Tables are opened with the first iterator, or when it gets to them.
  std::unique_ptr<Iterator> NewIterator(SequenceNumber sequence) {
    if (view_.version == nullptr) {
      VersionBuilder builder{Version()};
      RC_ASSERT(builder.Apply(edit_).ok());
      view_.version = *builder.Build();
      tables_.emplace(directory_.path(), options_, 3);
    }
    return NewDbIterator({.fill_cache = storage_.fill_cache},
                         PinnedView(std::make_shared<const ReadView>(view_), nullptr), &*tables_,
                         sequence, &sampler_);
  }

 private:
  using Entry = std::pair<std::string, std::string>;  // internal key, value

  static std::vector<Entry> Sorted(const std::vector<Change>& changes, std::size_t from,
                                   std::size_t to) {
    std::vector<Entry> entries;
    for (std::size_t i = from; i < to; ++i) {
      std::string key;
      const ValueType type = changes[i].deletion ? ValueType::kDeletion : ValueType::kValue;
      AppendInternalKey(&key, {UserKeyOf(changes[i].key), i + 1, type});
      entries.emplace_back(std::move(key), changes[i].deletion ? "" : ValueOf(i + 1));
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return CompareInternalKey(a.first, b.first) < 0;
    });
    return entries;
  }

  static std::shared_ptr<MemTable> NewMemTable(const std::vector<Change>& changes, std::size_t from,
                                               std::size_t to) {
    auto memtable = std::make_shared<MemTable>();
    for (std::size_t i = from; i < to; ++i) {
      const ValueType type = changes[i].deletion ? ValueType::kDeletion : ValueType::kValue;
      memtable->Add(i + 1, type, UserKeyOf(changes[i].key),
                    changes[i].deletion ? "" : ValueOf(i + 1));
    }
    return memtable;
  }

  // Of so many entries each, and more where they are of one user key.
  void AddTables(int level, const std::vector<Entry>& entries, std::size_t entries_max) {
    for (std::size_t from = 0; from < entries.size();) {
      std::size_t to = from + 1;
      while (to < entries.size() &&
             (to - from < entries_max ||
              ExtractUserKey(entries[to].first) == ExtractUserKey(entries[to - 1].first))) {
        ++to;
      }
      FileMetaData file;
      file.number = paths_.size() + 1;
      paths_.push_back(FilePath(directory_.path(), {FileType::kTable, file.number}));
      absl::StatusOr<AppendFile> opened = AppendFile::Create(paths_.back());
      RC_ASSERT(opened.ok());
      TableBuilder builder(options_, &*opened);
      for (std::size_t i = from; i < to; ++i) {
        HARROW_CHECK(builder.Add(entries[i].first, entries[i].second).ok());
      }
      HARROW_CHECK(builder.Finish().ok());
      file.file_size = builder.FileSize();
      RC_ASSERT(file.smallest.DecodeFrom(entries[from].first));
      RC_ASSERT(file.largest.DecodeFrom(entries[to - 1].first));
      edit_.added_files.push_back({level, file});
      from = to;
    }
  }

  const ScratchDirectory directory_;
  const Storage storage_;
  TableOptions options_;
  SampleCounter sampler_;
  std::vector<std::string> paths_;
  VersionEdit edit_;
  std::optional<TableCache> tables_;
  ReadView view_;
};

Layers::Cuts AnyCuts(std::size_t change_count) {
  const auto percents = *rc::gen::container<Layers::Cuts>(rc::gen::inRange<std::size_t>(0, 101));
  Layers::Cuts cuts = percents;
  std::sort(cuts.begin(), cuts.end());
  for (std::size_t& cut : cuts) cut = cut * change_count / 100;
  return cuts;
}

TEST(EngineIteratorPropertyTest, OverAllLayersItWalksAsAMapDoes) {
  EXPECT_TRUE(rc::check([] {
    const Storage storage = *AnyStorage();
    const std::vector<Change> changes = *AnyChanges();
    Layers layers(storage, changes, AnyCuts(changes.size()));
    for (const std::size_t divisor : {1U, 2U, 5U}) {
      const SequenceNumber sequence = changes.size() / divisor;
      IteratorWalk walk(layers.NewIterator(sequence), ModelAsOf(changes, sequence));
      RC_ASSERT(walk.Scan() == 0);
      RC_ASSERT(walk.Wander(*rc::gen::arbitrary<unsigned>(), 300) == 0);
    }
  }));
}

enum class Damage : std::uint8_t { kFlippedByte, kRemoved, kCutShort, kZeroes };

void Inflict(Damage damage, const std::string& path, std::size_t place) {
  const std::uint64_t size = *FileSize(path);
  if (damage == Damage::kRemoved) return HARROW_CHECK(RemoveFile(path).ok());
  if (damage == Damage::kCutShort) return std::filesystem::resize_file(path, place % size);
  std::string bytes = *ReadFile(path);
  if (damage == Damage::kFlippedByte) {
    bytes[place % size] = static_cast<char>(bytes[place % size] ^ 0x10);
  } else {
    const std::size_t at = place % size;
    bytes.replace(at, std::min<std::size_t>(64, size - at), std::min<std::size_t>(64, size - at),
                  '\0');
  }
  std::ofstream(path, std::ios::binary) << bytes;
}

// The iterator may then show what is before the damage, and must fail where it does not go on.
TEST(EngineIteratorPropertyTest, DamagedTablesAreFailuresAndNeverAShorterScan) {
  int failures = 0;
  int failures_in_walks = 0;
  EXPECT_TRUE(rc::check([&failures, &failures_in_walks] {
    const Storage storage = *AnyStorage();
    const std::vector<Change> changes = *AnyChanges();
    Layers layers(storage, changes, AnyCuts(changes.size()));
    RC_PRE(!layers.table_paths().empty());
    const auto damage = *rc::gen::element(Damage::kFlippedByte, Damage::kFlippedByte,
                                          Damage::kRemoved, Damage::kCutShort, Damage::kZeroes);
    Inflict(damage, *rc::gen::elementOf(layers.table_paths()),
            *rc::gen::inRange<std::size_t>(0, 1 << 20));
    IteratorWalk walk(layers.NewIterator(changes.size()), ModelAsOf(changes, changes.size()));
    const int in_scans = walk.Scan();
    // A table that cannot be opened is met in both directions.
    if (damage == Damage::kRemoved || damage == Damage::kCutShort) RC_ASSERT(in_scans == 2);
    failures += in_scans;
    failures_in_walks += walk.Wander(*rc::gen::arbitrary<unsigned>(), 200);
  }));
  EXPECT_GT(failures, 50);
  EXPECT_GT(failures_in_walks, 100);
}

enum class Kind : std::uint8_t { kFill, kFlush, kCompact, kSnapshot, kRelease, kOpen, kWander };

struct Action {
  Kind kind = Kind::kFill;
  unsigned seed = 0;
};

void showValue(const Action& action, std::ostream& out) {
  constexpr std::array<const char*, 7> kNames = {"fill",    "flush", "compact", "snapshot",
                                                 "release", "open",  "wander"};
  out << kNames[static_cast<std::size_t>(action.kind)] << " " << action.seed;
}

rc::Gen<Action> AnyAction() {
  return rc::gen::map(rc::gen::pair(rc::gen::weightedElement<Kind>({{8, Kind::kFill},
                                                                    {2, Kind::kFlush},
                                                                    {1, Kind::kCompact},
                                                                    {2, Kind::kSnapshot},
                                                                    {1, Kind::kRelease},
                                                                    {5, Kind::kOpen},
                                                                    {6, Kind::kWander}}),
                                    rc::gen::inRange(1U, 1U << 20)),
                      [](const std::pair<Kind, unsigned>& parts) {
                        return Action{parts.first, parts.second};
                      });
}

// A database of tiny tables, and iterators that stay while it changes.
class Subject {
 public:
  explicit Subject(const Storage& storage) : fill_cache_(storage.fill_cache) {
    Options options;
    options.create_if_missing = true;
    options.write_buffer_size = 4 << 10;
    options.max_file_size = 1 << 10;
    options.block_size = 64;
    options.block_restart_interval = storage.restart_interval;
    options.compression = CompressionOf(storage);
    options.allow_mmap_reads = storage.map;
    options.block_cache = NewLruBlockCache(storage.cache_capacity);
    if (storage.bloom) options.filter_policy = NewBloomFilterPolicy(10);
    options.max_open_files = 2;
    options.level0_file_num_compaction_trigger = 2;
    options.max_bytes_for_level_base = 2 << 10;
    options.max_bytes_for_level_multiplier = 2;
    db_ = Db::Open(options, directory_.path()).value();
  }

  void Do(const Action& action) {
    switch (action.kind) {
      case Kind::kFill:
        return Fill(action.seed);
      case Kind::kFlush:
        return RC_ASSERT(db_->Flush().ok());
      case Kind::kCompact:
        return RC_ASSERT(db_->CompactRange({}, {}).ok());
      case Kind::kSnapshot:
        snapshots_.emplace_back(db_->GetSnapshot(), model_);
        return;
      case Kind::kRelease:
        if (!snapshots_.empty()) snapshots_.erase(snapshots_.begin());
        return;
      case Kind::kOpen:
        return Open(action.seed);
      case Kind::kWander:
        for (IteratorWalk& walk : walks_) RC_ASSERT(walk.Wander(action.seed, 60) == 0);
        return;
    }
  }

  void Finish() {
    Open(0);
    for (IteratorWalk& walk : walks_) RC_ASSERT(walk.Scan() == 0);
  }
  DbCounters counters() const { return db_->counters(); }

 private:
  void Fill(unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0; i < 25; ++i) {
      const std::string key = UserKeyOf(random() % IteratorWalk::kKeyCount);
      if (random() % 4 == 0) {
        model_.erase(key);
        RC_ASSERT(db_->Delete(WriteOptions(), key).ok());
      } else {
        model_[key] = ValueOf(random() % 10'000);
        RC_ASSERT(db_->Put(WriteOptions(), key, model_[key]).ok());
      }
    }
  }

  // Of the last four, the oldest ends.
  void Open(unsigned seed) {
    ReadOptions options{.fill_cache = fill_cache_};
    const Model* model = &model_;
    if (seed % 3 == 1 && !snapshots_.empty()) {
      const auto& [snapshot, snapshot_model] = snapshots_[seed % snapshots_.size()];
      options.snapshot = snapshot.get();
      model = &snapshot_model;
    }
    if (walks_.size() == 4) walks_.pop_front();
    walks_.emplace_back(db_->NewIterator(options), *model);
  }

  const ScratchDirectory directory_;
  const bool fill_cache_;
  std::unique_ptr<Db> db_;
  Model model_;
  std::vector<std::pair<std::unique_ptr<Snapshot>, Model>> snapshots_;
  std::list<IteratorWalk> walks_;
};

TEST(EngineIteratorPropertyTest, HeldOverFlushesAndCompactionsItStaysAsItWas) {
  DbCounters reached;
  EXPECT_TRUE(rc::check([&reached] {
    const Storage storage = *AnyStorage();
    const auto program = *rc::gen::container<std::vector<Action>>(AnyAction());
    Subject subject(storage);
    for (const Action& action : program) subject.Do(action);
    subject.Finish();
    reached.flushes += subject.counters().flushes;
    reached.compactions += subject.counters().compactions;
    reached.moves += subject.counters().moves;
  }));
  EXPECT_GT(reached.flushes, 100U);
  EXPECT_GT(reached.compactions, 20U);
  EXPECT_GT(reached.moves, 0U);
}

}  // namespace
}  // namespace harrow::engine
