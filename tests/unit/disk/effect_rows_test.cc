// Each effect on each operation and on each kind of file that it can strike, once, for a while and for good.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <string>
#include <vector>

#include "faults/effect_cells.h"
#include "tests/unit/disk/script.h"

namespace harrow::disk {
namespace {

using faults::EffectKind;
using faults::FileKind;
using faults::OpKind;
using faults::Rule;

constexpr std::array kFiles = {FileKind::kLog,       FileKind::kManifest, FileKind::kCurrent,
                               FileKind::kTemporary, FileKind::kTable,    FileKind::kLock,
                               FileKind::kDirectory, FileKind::kOther};

// A path is named after what it is.
FileKind KindByName(std::string_view path) {
  for (const FileKind kind : kFiles) {
    if (path.starts_with(ToText(kind))) return kind;
  }
  return FileKind::kOther;
}

faults::Effect EffectOf(EffectKind kind) {
  switch (kind) {
    case EffectKind::kError:
    case EffectKind::kFailedSync:
    case EffectKind::kAppliedError:
    case EffectKind::kFailedWriteback:
      return {kind, EIO, 0};
    case EffectKind::kInterrupt:
    case EffectKind::kMissedName:
      return {kind, 0, 0};
    case EffectKind::kShortWrite:
    case EffectKind::kShortRead:
    case EffectKind::kFlippedBit:
    case EffectKind::kRot:
    case EffectKind::kDelay:
      return {kind, 0, 1};
  }
  return {};
}

bool OnDirectory(OpKind operation) {
  return operation == OpKind::kMkdir || operation == OpKind::kList || operation == OpKind::kSyncDir;
}

// A disk with a file and a directory of each kind, and each operation as a call that can be made again and again.
class Machine {
 public:
  explicit Machine(const Rule& rule) : disk_(Options(rule), Start()) {}

  // What the call returns; of a list: how many names it has.
  int Call(OpKind operation, FileKind kind) {
    const std::string name(ToText(kind));
    const std::string fresh = name + std::to_string(++calls_);
    const int fd = Descriptor(name, operation);
    int result = 0;
    switch (operation) {
      case OpKind::kCreate:
        return disk_.Open(fresh, O_CREAT | O_RDWR, 0644);
      case OpKind::kOpen:
        return disk_.Open(name, O_RDONLY, 0);
      case OpKind::kRead:
        read_.fill('!');
        return static_cast<int>(disk_.Pread(fd, read_.data(), read_.size(), 0));
      case OpKind::kWrite:
        return static_cast<int>(disk_.Pwrite(fd, "abcd", 4, 0));
      case OpKind::kSync:
      case OpKind::kSyncDir:
        return disk_.Sync(fd);
      case OpKind::kTruncate:
        return disk_.Truncate(fd, calls_);
      case OpKind::kAllocate:
        return disk_.Allocate(fd, 0, 0, calls_ + 100);
      case OpKind::kRename:
        result = disk_.Rename(moved_, fresh);
        if (disk_.Stat(fresh, &found_) == 0) moved_ = fresh;
        return result;
      case OpKind::kUnlink:
        disk_.Open(fresh, O_CREAT | O_RDWR, 0644);
        return disk_.Unlink(fresh);
      case OpKind::kMkdir:
        return disk_.Mkdir(fresh, 0755);
      case OpKind::kList:
        listed_.clear();
        result = disk_.List("", &listed_);
        return result < 0 ? result : static_cast<int>(listed_.size());
      case OpKind::kStat:
        return disk_.Stat(name, &found_);
      case OpKind::kLockFile:
        lock_ = {};
        lock_.l_type = F_WRLCK;
        return disk_.Lock(fd, F_OFD_SETLK, &lock_);
      case OpKind::kClose:
        return disk_.Close(fd);
    }
    return 0;
  }

  std::string Read() const { return {read_.data(), read_.size()}; }
  Disk& disk() { return disk_; }

 private:
  static DiskOptions Options(const Rule& rule) {
    DiskOptions options;
    options.classify = &KindByName;
    options.plan.rules = {rule};
    return options;
  }
  static Image Start() {
    Image image = Image().With("spare", "abcd");
    for (const FileKind kind : kFiles) {
      if (kind != FileKind::kDirectory) image = image.With(std::string(ToText(kind)), "abcd");
    }
    return image;
  }
  int Descriptor(const std::string& name, OpKind operation) {
    if (operation == OpKind::kOpen || operation == OpKind::kCreate) return -1;
    if (OnDirectory(operation) || name == "directory") {
      if (directory_ < 0) directory_ = disk_.Open("", O_RDONLY | O_DIRECTORY, 0);
      return directory_;
    }
    if (operation == OpKind::kClose) return disk_.Open(name, O_RDWR, 0);
    if (file_ < 0) file_ = disk_.Open(name, O_RDWR, 0);
    return file_;
  }

  Disk disk_;
  int calls_ = 4;
  std::string moved_ = "spare";
  int file_ = -1;
  int directory_ = -1;
  std::array<char, 4> read_{};
  std::vector<std::string> listed_;
  struct stat found_ {};
  struct flock lock_ {};
};

// Whether a call that returned `result` shows that the effect struck. A call that it did not strike returns `usual`.
void ExpectStruck(EffectKind effect, int result, int usual, const std::string& what) {
  switch (effect) {
    case EffectKind::kError:
    case EffectKind::kFailedSync:
    case EffectKind::kAppliedError:
      EXPECT_EQ(result, -EIO) << what;
      return;
    case EffectKind::kInterrupt:
      EXPECT_EQ(result, -EINTR) << what;
      return;
    case EffectKind::kShortWrite:
    case EffectKind::kShortRead:
      EXPECT_EQ(result, 1) << what;
      return;
    case EffectKind::kMissedName:
      EXPECT_EQ(result, usual - 1) << what;
      return;
    case EffectKind::kFailedWriteback:
    case EffectKind::kFlippedBit:
    case EffectKind::kRot:
    case EffectKind::kDelay:
      EXPECT_GE(result, 0) << what;
      return;
  }
}

void CheckRule(const Rule& rule, FileKind kind) {
  constexpr std::uint64_t kCalls = 5;
  const std::string what = faults::ToText(rule) + " on " + std::string(ToText(kind));
  Machine machine(rule);
  const int usual = machine.Call(rule.operation, kind);
  EXPECT_GE(usual, 0) << what << ": the first is none of those";
  for (std::uint64_t call = 2; call <= kCalls; ++call) {
    const std::size_t before = machine.disk().injector().fired().size();
    const int result = machine.Call(rule.operation, kind);
    const bool struck = call - rule.first < rule.count;
    EXPECT_EQ(machine.disk().injector().fired().size(), before + (struck ? 1 : 0)) << what;
    if (struck) {
      ExpectStruck(rule.effect.kind, result, usual, what);
    } else {
      EXPECT_GE(result, 0) << what << ", call " << call;
    }
    if (rule.effect.kind == EffectKind::kFlippedBit && !struck) {
      EXPECT_EQ(machine.Read(), "abcd") << what;
    }
  }
  machine.disk().CheckInvariants();
}

TEST(EffectRowsTest, OnEachOperationOnceForAWhileAndForGood) {
  std::size_t checked = 0;
  for (std::size_t effect = 0; effect < faults::kEffectCount; ++effect) {
    for (std::size_t operation = 0; operation < faults::kOperationCount; ++operation) {
      for (const std::uint64_t count : {std::uint64_t{1}, std::uint64_t{2}, Rule::kForever}) {
        Rule rule;
        rule.operation = static_cast<OpKind>(operation);
        rule.first = 2;
        rule.count = count;
        rule.effect = EffectOf(static_cast<EffectKind>(effect));
        if (!faults::Validate(rule).ok()) continue;
        CheckRule(rule, OnDirectory(rule.operation) ? FileKind::kDirectory : FileKind::kTable);
        ++checked;
      }
    }
  }
  EXPECT_GT(checked, 100u);
}

TEST(EffectRowsTest, OnEachKindOfFileAndOnNoOther) {
  for (const FileKind kind : kFiles) {
    for (std::size_t effect = 0; effect < faults::kEffectCount; ++effect) {
      for (const OpKind operation : {OpKind::kWrite, OpKind::kRead, OpKind::kSync, OpKind::kClose,
                                     OpKind::kList, OpKind::kSyncDir, OpKind::kMkdir}) {
        Rule rule;
        rule.file = kind;
        rule.operation = operation;
        rule.effect = EffectOf(static_cast<EffectKind>(effect));
        if (OnDirectory(operation) != (kind == FileKind::kDirectory)) continue;
        if (!faults::Validate(rule).ok()) continue;
        Machine machine(rule);
        for (const FileKind other : kFiles) {
          if (other == kind || OnDirectory(operation) || other == FileKind::kDirectory) continue;
          Machine apart(rule);
          EXPECT_GE(apart.Call(operation, other), 0) << faults::ToText(rule);
          EXPECT_TRUE(apart.disk().injector().fired().empty()) << faults::ToText(rule);
        }
        machine.Call(operation, kind);
        ASSERT_EQ(machine.disk().injector().fired().size(), 1u) << faults::ToText(rule);
        EXPECT_EQ(machine.disk().injector().fired()[0].file, kind);
      }
    }
  }
}

// What is left of a write that is cut for good: a byte, and then no room, again and again.
TEST(EffectRowsTest, AShortWriteThenAnErrorForGood) {
  Lab lab(ProfileName::kExt4, Image().With("f", ""), {"any write #1..: short 1 then ENOSPC"});
  lab.Run("open f");
  for (int call = 0; call < 3; ++call) {
    EXPECT_EQ(lab.Call("write f x 10"), 1);
    EXPECT_EQ(lab.Call("write f x 10"), -ENOSPC);
  }
  EXPECT_EQ(lab.Cached("f"), "x3");
}

TEST(EffectRowsTest, EachIsCountedByItsOperationItsFileAndHowLongItLasts) {
  faults::Plan plan;
  plan.rules = {*faults::ParseRule("log write #1..2: error EIO"),
                *faults::ParseRule("any sync #2..: fail EIO")};
  faults::Injector injector(plan);
  for (int call = 0; call < 3; ++call) {
    injector.Decide(FileKind::kLog, OpKind::kWrite);
    injector.Decide(FileKind::kTable, OpKind::kSync);
  }
  faults::EffectCells cells = faults::EffectCells::Of(plan, injector.fired());
  using Row = faults::EffectCells::Row;
  EXPECT_EQ(cells.On(EffectKind::kError, OpKind::kWrite), (Row{2, 0}));
  EXPECT_EQ(cells.On(EffectKind::kError, FileKind::kLog), (Row{2, 0}));
  EXPECT_EQ(cells.On(EffectKind::kFailedSync, OpKind::kSync), (Row{0, 2}));
  EXPECT_EQ(cells.On(EffectKind::kFailedSync, FileKind::kTable), (Row{0, 2}));
  EXPECT_EQ(cells.On(EffectKind::kFailedSync, FileKind::kLog), (Row{0, 0}));
  cells.Add(faults::EffectCells(cells));
  EXPECT_EQ(cells.On(EffectKind::kError, OpKind::kWrite), (Row{4, 0}));
}

}  // namespace
}  // namespace harrow::disk
