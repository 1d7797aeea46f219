// A process that is killed at any moment leaves a directory that the other store opens, with every write it was told of, and at most
// the one under way besides.
//
// Writers and readers are processes of their own, as LevelDB keeps a thread that does not survive a fork: this one opens nothing.
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "tests/property/interchange/run_turn.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::interchange {
namespace {

using Batch = std::vector<Change>;

// What a step writes, batch by batch.
std::vector<Batch> BatchesOf(const Step& step) {
  std::vector<Batch> batches;
  if (step.kind == Step::Kind::kWrite) batches.push_back(step.changes);
  for (std::size_t i = 0; i < step.fill_count; ++i) batches.push_back({FillChange(step, i)});
  return batches;
}

void WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) ::_exit(3);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

// Another process that runs `body` with the writing end of a pipe.
class Child {
 public:
  explicit Child(const std::function<void(int fd)>& body) {
    int ends[2];
    HARROW_CHECK(::pipe(ends) == 0);
    pid_ = ::fork();
    HARROW_CHECK(pid_ >= 0);
    if (pid_ == 0) {
      ::close(ends[0]);
      body(ends[1]);
      ::_exit(0);
    }
    ::close(ends[1]);
    fd_ = ends[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::close(fd_);
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }

  // Up to so many bytes, fewer only at the end of what it wrote.
  std::string Read(std::size_t size_max) {
    std::string bytes;
    while (bytes.size() < size_max) {
      char buffer[4096];
      const ssize_t n = ::read(fd_, buffer, std::min(sizeof buffer, size_max - bytes.size()));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      bytes.append(buffer, static_cast<std::size_t>(n));
    }
    return bytes;
  }
  void Kill() { ::kill(pid_, SIGKILL); }

 private:
  pid_t pid_ = -1;
  int fd_ = -1;
};

// In a process of its own: writes and says a byte for each batch that was acknowledged.
void Write(Make make, const Turn& turn, const std::string& directory, int fd) {
  absl::StatusOr<std::unique_ptr<Store>> store = Open(make, turn.options, directory);
  if (!store.ok()) return;
  for (const Step& step : turn.steps) {
    for (const Batch& batch : BatchesOf(step)) {
      if (!(*store)->Write(batch, step.sync).ok()) return;
      WriteAll(fd, "w");
    }
    if (step.kind == Step::Kind::kFlush && !(*store)->Flush().ok()) return;
    if (step.kind == Step::Kind::kCompactRange && !(*store)->CompactRange(std::nullopt).ok())
      return;
  }
  WriteAll(fd, "e");
  ::pause();  // until it is killed, with the store open
}

// In a process of its own: what is wrong with the directory, given the models that it may hold.
std::string Judge(Make make, const StoreOptions& options, const std::string& directory,
                  const std::vector<Model>& allowed) {
  std::string wrong;
  for (const Model& model : allowed) {
    Model after = model;
    wrong = RunTurn(make, {options, {}}, directory, &after);
    if (wrong.empty()) {
      // And both go on with it.
      Step more;
      more.kind = Step::Kind::kFill;
      more.fill_count = 50;
      wrong = RunTurn(Other(make), {options, {more}}, directory, &after);
      if (wrong.empty()) wrong = RunTurn(make, {options, {more}}, directory, &after);
      return wrong;
    }
  }
  return wrong;
}

void CheckKilled(Make make) {
  const Turn turn{*AnyStoreOptions(), *AnyWritingSteps()};
  const StoreOptions reader_options = *AnyStoreOptions();
  std::vector<Batch> batches;
  for (const Step& step : turn.steps) {
    const std::vector<Batch> more = BatchesOf(step);
    batches.insert(batches.end(), more.begin(), more.end());
  }
  const auto kill_after = *rc::gen::inRange<std::size_t>(0, batches.size() + 2);

  const engine::ScratchDirectory directory;
  std::string told;
  {
    Child writer([&](int fd) { Write(make, turn, directory.path(), fd); });
    told = writer.Read(kill_after);
    writer.Kill();
    told += writer.Read(SIZE_MAX);
  }
  const bool to_the_end = !told.empty() && told.back() == 'e';
  const std::size_t written = told.size() - (to_the_end ? 1 : 0);
  RC_TAG(to_the_end ? "idle" : "writing");
  RC_ASSERT(written <= batches.size());
  std::vector<Model> allowed(1);
  for (std::size_t i = 0; i < written; ++i) Apply(batches[i], &allowed[0]);
  if (written < batches.size()) {
    allowed.push_back(allowed[0]);
    Apply(batches[written], &allowed[1]);
  }

  Child judge([&](int fd) {
    WriteAll(fd, Judge(Other(make), reader_options, directory.path(), allowed) + "\n");
  });
  const std::string verdict = judge.Read(SIZE_MAX);
  if (verdict != "\n") RC_FAIL("killed after " + std::to_string(written) + " writes: " + verdict);
}

class InterchangeKill : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::setenv("RC_PARAMS", "max_success=25", /*overwrite=*/0);
    std::error_code error;
    if (std::filesystem::is_directory("/dev/shm", error)) {
      ::setenv("TEST_TMPDIR", "/dev/shm", /*overwrite=*/0);
    }
  }
};

TEST_F(InterchangeKill, LevelDbReadsWhatAKilledHarrowLeft) {
  EXPECT_TRUE(
      rc::check("LevelDB opens what a killed harrow left", [] { CheckKilled(Make::kHarrow); }));
}

TEST_F(InterchangeKill, HarrowReadsWhatAKilledLevelDbLeft) {
  EXPECT_TRUE(
      rc::check("harrow opens what a killed LevelDB left", [] { CheckKilled(Make::kLevelDb); }));
}

}  // namespace
}  // namespace harrow::interchange
