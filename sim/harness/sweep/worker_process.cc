// The output file is anonymous memory: the target may write at its own speed, and what it wrote survives it.
#include "sim/harness/sweep/worker_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "sim/kernel/check.h"
#include "sim/kernel/run_heap.h"
#include "sim/kernel/sanitizers.h"

namespace harrow::harness {
namespace {

// What a new worker must not share with its parent, or survive it with.
void LeaveParent(pid_t parent, const std::vector<WorkerProcess>& workers) {
  // A terminal's Ctrl-C reaches the whole group, and so does what timeout(1) and service managers send; the parent decides
  // when workers end.
  signal(SIGINT, SIG_IGN);
  signal(SIGTERM, SIG_IGN);
  // With a sibling's read end open here, the sibling would not notice that the parent is gone.
  for (const WorkerProcess& sibling : workers) {
    if (!sibling.alive()) continue;
    close(sibling.pipe);
    close(sibling.output);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have died before the line above.
  if (getppid() != parent) _exit(1);
}

// For a target that takes more between two looks of its parent than the machine has. What is only reserved does not count; the
// run's heap does.
void LimitMemory(std::uint64_t memory_bytes) {
  if (kernel::kSanitized || memory_bytes == 0) return;
  const rlim_t limit = kernel::kRunHeapBytes + 4 * memory_bytes;
  const struct rlimit both { limit, limit };
  setrlimit(RLIMIT_DATA, &both);
}

void LeaveNoCoreFiles() {
  const struct rlimit none { 0, 0 };
  setrlimit(RLIMIT_CORE, &none);
}

}  // namespace

void ForkWorker(WorkerTask task, std::uint32_t index, std::vector<WorkerProcess>* workers) {
  int ends[2];
  KERNEL_CHECK(pipe2(ends, O_CLOEXEC) == 0);
  const int output = memfd_create("output", MFD_CLOEXEC);
  KERNEL_CHECK(output >= 0);
  const pid_t parent = getpid();
  std::fflush(
      nullptr);  // or a target that calls exit() would write what is buffered here once more
  const pid_t pid = fork();
  KERNEL_CHECK(pid >= 0);
  if (pid == 0) {
    close(ends[0]);
    LeaveParent(parent, *workers);
    LeaveNoCoreFiles();
    LimitMemory(task.options->memory_bytes);
    task.pipe = ends[1];
    task.output = output;
    RunWorker(task);
    _exit(0);
  }
  close(ends[1]);
  WorkerProcess& worker = (*workers)[index];
  worker = WorkerProcess{};
  worker.pid = pid;
  worker.pipe = ends[0];
  worker.output = output;
}

bool ReadPipe(WorkerProcess* worker) {
  char buffer[1 << 16];
  const ssize_t size = read(worker->pipe, buffer, sizeof(buffer));
  if (size < 0) return errno == EINTR;
  worker->received.append(buffer, static_cast<std::size_t>(size));
  return size > 0;
}

std::optional<ReceivedSeed> TakeMessage(WorkerProcess* worker) {
  ReceivedSeed seed;
  if (worker->received.size() < sizeof(SeedMessage)) return std::nullopt;
  std::memcpy(&seed.message, worker->received.data(), sizeof(SeedMessage));
  const SeedMessage& message = seed.message;
  const std::size_t total =
      sizeof(SeedMessage) + message.cause_size + message.text_size + message.output_size;
  if (worker->received.size() < total) return std::nullopt;
  std::size_t at = sizeof(SeedMessage);
  const auto take = [worker, &at](std::uint64_t size) {
    at += size;
    return worker->received.substr(at - size, size);
  };
  seed.cause = take(message.cause_size);
  seed.text = take(message.text_size);
  seed.output = take(message.output_size);
  worker->received.erase(0, total);
  worker->last = message.index;
  worker->reported_cpu_us += message.tally.cpu_us;
  return seed;
}

void CloseWorker(WorkerProcess* worker) {
  close(worker->pipe);
  close(worker->output);
  worker->pid = -1;
}

void TrimOutput(const WorkerProcess& worker) {
  constexpr off_t kTrimAbove = off_t{4} << 20;
  struct stat found {};
  if (fstat(worker.output, &found) != 0 || found.st_blocks * 512 < kTrimAbove) return;
  fallocate(worker.output, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
            found.st_size - static_cast<off_t>(kOutputKept));
}

}  // namespace harrow::harness
