#include "engine/room.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "engine/db_state.h"
#include "engine/info_log.h"
#include "engine/log_file.h"
#include "engine/worker.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"
#include "tests/unit/engine/version_text.h"

namespace harrow::engine {
namespace {

class NoWork final : public BackgroundJob {
 public:
  bool HasWork() override { return false; }
  void Work(std::unique_lock<std::mutex>& /*lock*/) override {}
};

Options TestOptions() {
  Options options;
  options.info_log = NewDiscardingInfoLog();
  options.write_buffer_size = 64 << 10;
  options.level0_slowdown_writes_trigger = 4;
  return options;
}

// There is room exactly when a write need not do anything about it.
class RoomTest : public testing::Test {
 protected:
  RoomTest() {
    state_.log_number = state_.versions.NewFileNumber();
    log_.Start(*LogFile::Create(directory_.path(), state_.log_number));
    SetLevel0("");
  }
  void SetLevel0(const std::string& tables) {
    ManifestState state;
    state.version = MakeVersion({"0: " + tables});
    state_.versions.Adopt(state, 100);
    state_.RefreshView();
  }
  bool HasRoom() {
    std::lock_guard<std::mutex> lock(state_.mutex);
    return room_.HasRoom();
  }
  absl::Status MakeRoom() {
    std::unique_lock<std::mutex> lock(state_.mutex);
    return room_.MakeRoom(lock, /*force=*/false);
  }

  const ScratchDirectory directory_;
  DbState state_{TestOptions(), directory_.path()};
  WriteAheadLog log_{directory_.path()};
  NoWork job_;
  Worker worker_{&state_.mutex, &job_, /*niceness=*/0};
  Room room_{&state_, &log_, &worker_};
};

TEST_F(RoomTest, ThereIsInAnEmptyDatabase) {
  EXPECT_TRUE(HasRoom());
  EXPECT_TRUE(MakeRoom().ok());
  EXPECT_EQ(state_.rotation_count + state_.delay_count, 0U);
}

TEST_F(RoomTest, ThereIsNoneInAFullMemtable) {
  const std::string value(70000, 'v');
  state_.memtable->Add(1, ValueType::kValue, "key", value);
  EXPECT_FALSE(HasRoom());
  EXPECT_TRUE(MakeRoom().ok());
  EXPECT_EQ(state_.rotation_count, 1U);
  EXPECT_TRUE(HasRoom());
}

TEST_F(RoomTest, ThereIsHalfAsMuchAgainWhileTheOneBeforeIsFlushed) {
  state_.immutable = std::make_shared<MemTable>();
  const std::string value(1000, 'v');
  SequenceNumber sequence = 0;
  while (HasRoom()) state_.memtable->Add(++sequence, ValueType::kValue, "key", value);
  const std::size_t size = state_.options.write_buffer_size;
  EXPECT_GT(state_.memtable->ApproximateMemoryUsage(), size + size / 2);
  EXPECT_LE(state_.memtable->ApproximateMemoryUsage(), size * 2);
  // Nobody flushes it: the write would wait for ever.
  EXPECT_EQ(state_.rotation_count, 0U);
  // Flushed: what has grown past the size is full.
  state_.immutable = nullptr;
  EXPECT_TRUE(MakeRoom().ok());
  EXPECT_EQ(state_.rotation_count, 1U);
}

TEST_F(RoomTest, ThereIsNoneWhereWritesAreSlowedDown) {
  SetLevel0("1[a-b] 2[a-b] 3[a-b]");
  EXPECT_TRUE(HasRoom());
  SetLevel0("1[a-b] 2[a-b] 3[a-b] 4[a-b]");
  EXPECT_FALSE(HasRoom());
  EXPECT_TRUE(MakeRoom().ok());
  EXPECT_EQ(state_.delay_count, 1U);
}

TEST_F(RoomTest, ThereIsNoneAfterAnErrorOrAtTheClose) {
  state_.closing = true;
  EXPECT_FALSE(HasRoom());
  EXPECT_EQ(MakeRoom().code(), absl::StatusCode::kCancelled);
  state_.closing = false;
  EXPECT_TRUE(HasRoom());
  state_.error.Record(absl::InternalError("the disk says no"));
  EXPECT_FALSE(HasRoom());
  EXPECT_EQ(MakeRoom().code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace harrow::engine
