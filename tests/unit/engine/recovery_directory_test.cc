// A directory for each combination of what CURRENT, MANIFEST, the tables, the earlier and the last
// log can be, and what opening makes of it: the row that the table has for it, the row's error or
// contents, nothing touched by a refusal, and an open that succeeds when the cause is mended.
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/db.h"
#include "engine/file.h"
#include "engine/file_name.h"
#include "engine/log_format.h"
#include "engine/log_writer.h"
#include "engine/recovery_table.h"
#include "engine/table_output.h"
#include "engine/version_edit.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"
#include "tests/unit/engine/simulated_machine.h"

namespace harrow::engine {
namespace {

constexpr std::uint64_t kTable = 3;
constexpr std::uint64_t kEarlier = 5;
constexpr std::uint64_t kLast = 6;
constexpr SequenceNumber kTableSequence = 10;

// How files stand in a directory. The looks of the parts follow from it.
struct Case {
  Look current = Look::kWhole;
  Look manifest = Look::kWhole;
  Look tables = Look::kWhole;
  Look earlier = Look::kWhole;
  Look last = Look::kWhole;
  bool marker = false;
  bool may_create = true;
  bool may_exist = true;
};

bool HasFile(Look look) { return look != Look::kAbsent && look != Look::kMissing; }

// Records as (key, sequence): the key's name is its value; without a key, a marker.
struct Entry {
  std::string key;
  SequenceNumber sequence;
};

class Builder {
 public:
  Builder() {
    MemTable memtable;
    memtable.Add(kTableSequence, ValueType::kValue, "t", "t");
    absl::StatusOr<FileMetaData> table = WriteMemTable(
        memtable, kMaxSequenceNumber, directory_.path(), kTable, MakeTableOptions(Options()));
    EXPECT_TRUE(table.ok()) << table.status();
    table_ = *std::move(table);
    table_bytes_ = *ReadFile(FilePath(directory_.path(), {FileType::kTable, kTable}));
  }

  disk::Image Build(const Case& one) const {
    disk::Image image;
    image = image.With("db/LOCK", "");
    if (HasFile(one.current)) image = image.With("db/CURRENT", Current(one.current));
    if (HasFile(one.manifest)) image = image.With("db/MANIFEST-000004", Manifest(one));
    if (one.tables == Look::kWhole || one.tables == Look::kUnreadable) {
      image = image.With("db/000003.ldb", table_bytes_);
    }
    if (HasFile(one.earlier)) {
      image = image.With("db/000005.log", Log(one.earlier, Earlier(one), false));
    }
    if (HasFile(one.last)) {
      image = image.With("db/000006.log", Log(one.last, Last(one), one.marker));
    }
    return image;
  }

  static std::vector<Entry> Earlier(const Case& one) {
    if (!HasFile(one.earlier) || one.earlier == Look::kEmpty) return {};
    return {{"e1", 11}, {"e2", 12}, {"e3", 13}};
  }
  static std::vector<Entry> Last(const Case& one) {
    if (!HasFile(one.last) || one.last == Look::kEmpty) return {};
    SequenceNumber first = kTableSequence + 1;
    if (HasFile(one.earlier) && one.earlier != Look::kEmpty) first += 3;
    if (one.earlier == Look::kShort) ++first;
    return {{"l1", first}, {"l2", first + 1}, {"l3", first + 2}};
  }

 private:
  const std::string& Join(const std::vector<std::string>& records) const {
    std::string& joined = joined_[records];
    if (joined.empty()) joined = WriteLog(records);
    return joined;
  }

  std::string WriteLog(const std::vector<std::string>& records) const {
    const std::string path = directory_.File("joined");
    absl::StatusOr<AppendFile> file = AppendFile::Create(path);
    EXPECT_TRUE(file.ok());
    LogWriter writer(&*file);
    for (const std::string& record : records) EXPECT_TRUE(writer.AddRecord(record).ok());
    return *ReadFile(path);
  }

  static std::string Current(Look look) {
    switch (look) {
      case Look::kEmpty:
        return "";
      case Look::kTornTail:
        return "MANIFEST-000004";
      case Look::kZeroTail:
        return std::string(16, '\0');
      case Look::kWrong:
        return "000004.log\n";
      default:
        return "MANIFEST-000004\n";
    }
  }

  // Three edits: the whole state, and twice a change of nothing.
  std::string Manifest(const Case& one) const {
    VersionEdit whole;
    whole.comparator = one.manifest == Look::kForeign ? "another" : std::string(kComparatorName);
    // Without logs it is the manifest of a new database, which says log 0.
    const bool earlier = one.earlier != Look::kAbsent;
    const bool last = one.last != Look::kAbsent;
    whole.log_number = last ? (earlier && HasFile(one.last) ? kEarlier : kLast) : 0;
    whole.previous_log_number = earlier && last && !HasFile(one.last) ? kEarlier : 0;
    whole.next_file_number = 7;
    whole.last_sequence = kTableSequence;
    if (one.tables != Look::kAbsent) whole.added_files.push_back({2, table_});
    VersionEdit more;
    more.next_file_number = 8;
    std::string first;
    std::string second;
    whole.AppendTo(&first);
    more.AppendTo(&second);
    if (one.manifest == Look::kWrong) return Join({first, "no edit", second});
    return Harm(one.manifest, Join({first, second, second}), Join({first}).size(),
                Join({first, second}).size());
  }

  static std::string Record(const Entry& entry) {
    WriteBatch batch;
    if (!entry.key.empty()) batch.Put(entry.key, entry.key);
    batch.SetSequence(entry.sequence);
    return std::string(batch.Contents());
  }

  // The marker stands behind the first record, which no damage reaches.
  std::string Log(Look look, const std::vector<Entry>& entries, bool marker) const {
    if (entries.empty()) return "";
    std::vector<std::string> records;
    for (const Entry& entry : entries) records.push_back(Record(entry));
    if (marker) records.insert(records.begin() + 1, Record({"", entries[1].sequence}));
    if (look == Look::kWrong) {
      records.back() = "this is no batch";
      return Join(records);
    }
    std::vector<std::string> part = records;
    part.pop_back();
    const std::size_t third = Join(part).size();
    part.pop_back();
    return Harm(look, Join(records), Join(part).size(), third);
  }

  // A torn tail ends within the third record; zeros begin, and damage lies, within the second.
  static std::string Harm(Look look, std::string bytes, std::size_t second, std::size_t third) {
    if (look == Look::kEmpty) return "";
    if (look == Look::kTornTail) bytes.resize(third + kLogHeaderSize + 1);
    if (look == Look::kZeroTail) bytes.replace(second, bytes.size() - second, 40, '\0');
    if (look == Look::kDamaged)
      bytes[second + kLogHeaderSize] = static_cast<char>(bytes[second + kLogHeaderSize] ^ 0x20);
    return bytes;
  }

  const ScratchDirectory directory_;
  FileMetaData table_;
  std::string table_bytes_;
  mutable std::map<std::vector<std::string>, std::string> joined_;
};

faults::Rule Fails(faults::FileKind file, faults::OpKind operation, std::uint64_t nth) {
  faults::Rule rule;
  rule.file = file;
  rule.operation = operation;
  rule.first = nth;
  rule.effect.error = EIO;
  return rule;
}

faults::Plan PlanOf(const Case& one) {
  faults::Plan plan;
  const auto fail = [&](faults::FileKind file, faults::OpKind operation, std::uint64_t nth) {
    plan.rules.push_back(Fails(file, operation, nth));
  };
  if (one.current == Look::kUnreadable) fail(faults::FileKind::kCurrent, faults::OpKind::kRead, 1);
  if (one.manifest == Look::kUnreadable) {
    fail(faults::FileKind::kManifest, faults::OpKind::kRead, 1);
  }
  if (one.tables == Look::kUnreadable) fail(faults::FileKind::kDirectory, faults::OpKind::kList, 1);
  // With CURRENT, logs that should be there are opened too; without, only those in the list are.
  const bool earlier_opened =
      one.current == Look::kAbsent ? HasFile(one.earlier) : one.earlier != Look::kAbsent;
  if (one.earlier == Look::kUnreadable) fail(faults::FileKind::kLog, faults::OpKind::kOpen, 1);
  if (one.last == Look::kUnreadable) {
    fail(faults::FileKind::kLog, faults::OpKind::kOpen, earlier_opened ? 2 : 1);
  }
  return plan;
}

// Of what lies there where nothing says what should: the first thing in the order of the names.
Look DataLook(const Case& one) {
  if (one.tables == Look::kUnreadable) return Look::kUnreadable;
  if (one.tables == Look::kWhole) return Look::kWhole;
  for (const Look log : {one.earlier, one.last}) {
    if (log == Look::kUnreadable) return Look::kUnreadable;
    if (HasFile(log) && log != Look::kEmpty) return Look::kWhole;
  }
  return Look::kAbsent;
}

Looks LooksOf(const Case& one) {
  Looks looks;
  looks[Part::kCurrent] = one.current;
  looks[Part::kManifest] = one.manifest;
  looks[Part::kTables] = one.current == Look::kAbsent ? DataLook(one) : one.tables;
  looks[Part::kEarlierLogs] = one.earlier;
  looks[Part::kLastLog] = one.last;
  looks.marker = one.marker;
  looks.may_create = one.may_create;
  looks.may_exist = one.may_exist;
  return looks;
}

// Of a log's three records those before the bad place.
std::size_t RecordsOf(Look look) {
  if (look == Look::kTornTail) return 2;
  return look == Look::kZeroTail || look == Look::kDamaged ? 1 : 3;
}

std::string Expected(const Case& one, RecoveryAction action) {
  std::string text;
  if (action == RecoveryAction::kCreate) return text;
  const auto add = [&](const std::vector<Entry>& entries, std::size_t count) {
    for (std::size_t i = 0; i < entries.size() && i < count; ++i) text += entries[i].key + " ";
  };
  const std::vector<Entry> earlier = Builder::Earlier(one);
  const bool stopped = one.earlier == Look::kShort || RecordsOf(one.earlier) < 3;
  add(earlier, RecordsOf(one.earlier));
  if (!stopped) add(Builder::Last(one), RecordsOf(one.last));
  return text + (one.tables == Look::kWhole ? "t " : "");
}

struct Opened {
  absl::StatusCode code = absl::StatusCode::kOk;
  std::string contents;
  std::string log;
  disk::Image after;
};

Opened Open(const disk::Image& image, const faults::Plan& plan, const Case& one) {
  Opened opened;
  auto log = std::make_shared<KeptLog>();
  SimulatedRun run = RunSimulated(image, disk::ProfileName::kExt4, plan, [&] {
    Options options;
    options.info_log = log;
    options.allow_mmap_reads = false;
    options.create_if_missing = one.may_create;
    options.error_if_exists = !one.may_exist;
    const absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options, kSimulatedPath);
    opened.code = db.status().code();
    if (!db.ok()) return;
    const std::unique_ptr<Iterator> it = (*db)->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      const kernel::HostMemory host;
      opened.contents.append(it->key()).append(it->key() == it->value() ? " " : "? ");
    }
    EXPECT_TRUE(it->status().ok()) << it->status();
  });
  EXPECT_EQ(run.outcome.end, kernel::End::kFinished) << run.outcome.detail;
  opened.log = log->lines();
  opened.after = std::move(run.cache);
  return opened;
}

std::string Describe(const Case& one) {
  std::string text;
  for (const Look look : LooksOf(one).parts) text += std::string(LookName(look)) + " | ";
  return text + (one.marker ? "marker" : "") + (one.may_create ? "" : " no create") +
         (one.may_exist ? "" : " no exist");
}

// The same with everything whole that should be there.
Case Mended(const Case& one) {
  Case mended = one;
  mended.may_exist = true;
  mended.current = mended.manifest = Look::kWhole;
  if (one.tables == Look::kMissing || one.tables == Look::kUnreadable) {
    mended.tables = Look::kWhole;
  }
  for (Look* log : {&mended.earlier, &mended.last}) {
    if (*log != Look::kAbsent && *log != Look::kEmpty) *log = Look::kWhole;
  }
  return mended;
}

class RecoveryDirectoryTest : public testing::Test {
 protected:
  void Check(const Case& one) {
    SCOPED_TRACE(Describe(one));
    const RecoveryRow& row = Decide(LooksOf(one));
    const disk::Image image = builder_.Build(one);
    const Opened opened = Open(image, PlanOf(one), one);
    rows_.insert(row.letter);
    ++count_;
    const bool silent = row.code == absl::StatusCode::kNotFound;
    ASSERT_EQ(opened.log.substr(0, 16), silent ? "" : std::string("opening by row ") + row.letter);
    if (row.action == RecoveryAction::kRefuse) {
      const bool own = row.code == absl::StatusCode::kOk;
      ASSERT_EQ(opened.code, own ? absl::StatusCode::kInternal : row.code);
      ASSERT_EQ(opened.after.ContentHash(), image.ContentHash()) << "a refusal touched something";
      if (count_ % 16 != 0) return;
      const Case mended = Mended(one);
      const Opened again = Open(builder_.Build(mended), {}, mended);
      ASSERT_EQ(again.code, absl::StatusCode::kOk);
      ASSERT_EQ(again.contents, Expected(mended, RecoveryAction::kReplay));
      return;
    }
    ASSERT_EQ(opened.code, absl::StatusCode::kOk);
    ASSERT_EQ(opened.contents, Expected(one, row.action));
    const Opened again = Open(opened.after, {}, Case());
    ASSERT_EQ(again.log.substr(0, 16), "opening by row V");
    ASSERT_EQ(again.contents, opened.contents);
  }

  void CheckLogs(Case one) {
    using enum Look;
    for (const Look earlier : {kAbsent, kMissing, kUnreadable, kEmpty, kTornTail, kZeroTail,
                               kDamaged, kWrong, kShort, kWhole}) {
      for (const Look last : {kAbsent, kMissing, kUnreadable, kEmpty, kTornTail, kZeroTail,
                              kDamaged, kWrong, kWhole}) {
        // Without a last log there is no earlier one, and numbers are only seen to be missing by a
        // log that has some.
        const bool some = HasFile(last) && last != kEmpty && last != kUnreadable;
        if (last == kAbsent && earlier != kAbsent) continue;
        if (earlier == kShort && !some) continue;
        // Nor is a log a name that something needs where a later one that can be lost is named.
        if (earlier == kMissing && last == kMissing) continue;
        one.earlier = earlier;
        one.last = last;
        one.marker = false;
        Check(one);
        if (HasFatalFailure()) return;
        const bool before_bad = earlier == kTornTail || earlier == kZeroTail ||
                                earlier == kDamaged || earlier == kShort;
        if (!some || !before_bad) continue;
        one.marker = true;
        Check(one);
        if (HasFatalFailure()) return;
      }
    }
  }

  const Builder builder_;
  std::set<char> rows_;
  std::size_t count_ = 0;
};

TEST_F(RecoveryDirectoryTest, EachDoesWhatItsRowSays) {
  using enum Look;
  for (const bool may_create : {true, false}) {
    for (const bool may_exist : {true, false}) {
      for (const Look current :
           {kAbsent, kUnreadable, kEmpty, kTornTail, kZeroTail, kWrong, kWhole}) {
        for (const Look manifest : {kMissing, kUnreadable, kEmpty, kTornTail, kZeroTail, kDamaged,
                                    kWrong, kForeign, kWhole}) {
          for (const Look tables : {kAbsent, kMissing, kUnreadable, kWhole}) {
            Case one{current, manifest, tables};
            one.may_create = may_create;
            one.may_exist = may_exist;
            CheckLogs(one);
            if (HasFatalFailure()) return;
          }
        }
      }
    }
  }
  EXPECT_EQ(rows_.size(), RecoveryTable().size());
  RecordProperty("combinations", static_cast<int>(count_));
}

}  // namespace
}  // namespace harrow::engine
