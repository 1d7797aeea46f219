// A database whose sequence numbers are used up: writes are refused before they leave a trace.
#include <condition_variable>
#include <mutex>
#include <string_view>

#include "engine/info_log.h"
#include "engine/write_batch.h"
#include "engine/writer_queue.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/group_contents.h"

namespace harrow::engine {
namespace {

class CountingBackend final : public WriteBackend {
 public:
  absl::Status Append(const BatchGroup& group) override {
    EXPECT_TRUE(WriteBatch::CheckContents(ContentsOf(group)).ok());
    ++append_count;
    return absl::OkStatus();
  }
  absl::Status Sync() override { return absl::OkStatus(); }
  absl::Status Apply(const BatchGroup& /*group*/) override { return absl::OkStatus(); }
  int append_count = 0;
};

TEST(SequenceNumbersEndTest, WriteIsRefusedAndLeavesNoTrace) {
  std::mutex mutex;
  std::condition_variable changed;
  const std::shared_ptr<InfoLog> info_log = NewDiscardingInfoLog();
  BackgroundError error(&changed, info_log.get());
  CountingBackend backend;
  WriterQueue queue(&mutex, &error, &backend, WaitPolicy());
  queue.Start(kMaxSequenceNumber - 2);
  WriteBatch batch;
  batch.Put("key", "value");
  EXPECT_TRUE(queue.Write(&batch, false).ok());
  EXPECT_EQ(queue.Write(&batch, false).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(backend.append_count, 1);
  EXPECT_TRUE(error.ok());
}

}  // namespace
}  // namespace harrow::engine
