// The parent forks the workers, then sleeps on their pipes: it reads failures, replaces workers that died (their seed is a
// failure) and kills those that hang or run past the end of the sweep, until all have ended.
#include "sim/harness/sweep/sweep.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <utility>

#include "sim/harness/sweep/sweep_worker.h"
#include "sim/kernel/check.h"

namespace harrow::harness {
namespace {

volatile sig_atomic_t interrupted = 0;

constexpr int kPollMs = 100;

struct Worker {
  pid_t pid = -1;
  int pipe = -1;
  std::string received;  // bytes of failures not complete yet
  bool hung = false;     // killed by the watchdog
  bool stopped = false;  // killed because the sweep is over
};

class Sweep {
 public:
  Sweep(const SweepOptions& options, const SweepListener& listener)
      : options_(options), listener_(listener), workers_(options.jobs) {
    void* memory = mmap(nullptr, sizeof(SharedSweep), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    KERNEL_CHECK(memory != MAP_FAILED);
    shared_ = new (memory) SharedSweep();
  }
  ~Sweep() { munmap(shared_, sizeof(SharedSweep)); }
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  SweepResult Run() {
    started_ms_ = MonotonicMs();
    for (std::uint32_t index = 0; index < options_.jobs; ++index) Fork(index);
    while (AnyAlive()) {
      ReadPipes();
      ReapEnded();
      StopHung();
      StopWhenDue();
      KillLate();
      Report();
    }
    return Finish();
  }

 private:
  void Fork(std::uint32_t index) {
    int ends[2];
    KERNEL_CHECK(pipe(ends) == 0);
    const pid_t parent = getpid();
    std::fflush(
        nullptr);  // or a target that calls exit() would write what is buffered here once more
    const pid_t pid = fork();
    KERNEL_CHECK(pid >= 0);
    if (pid == 0) {
      close(ends[0]);
      LeaveParent(parent);
      RunWorker(options_, shared_, &shared_->slots[index], ends[1]);
      _exit(0);
    }
    close(ends[1]);
    workers_[index] = Worker{pid, ends[0], {}, false, false};
  }

  // What a new worker must not share with its parent, or survive it with.
  void LeaveParent(pid_t parent) {
    // A terminal's Ctrl-C reaches the whole group; the parent decides when workers end.
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    // With a sibling's read end open here, the sibling would not notice that the parent is gone.
    for (const Worker& sibling : workers_) {
      if (sibling.pid >= 0) close(sibling.pipe);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have died before the line above.
    if (getppid() != parent) _exit(1);
  }

  bool AnyAlive() const {
    return std::any_of(workers_.begin(), workers_.end(),
                       [](const Worker& worker) { return worker.pid >= 0; });
  }

  void ReadPipes() {
    std::vector<pollfd> polled;
    for (const Worker& worker : workers_)
      polled.push_back({worker.pid >= 0 ? worker.pipe : -1, POLLIN, 0});
    if (poll(polled.data(), polled.size(), kPollMs) <= 0) return;
    for (std::size_t index = 0; index < polled.size(); ++index) {
      if ((polled[index].revents & POLLIN) != 0) ReadPipe(&workers_[index]);
      // A worker that ended closes its pipe; reaping it may take a moment more.
      if ((polled[index].revents & (POLLIN | POLLHUP)) == POLLHUP) usleep(1000);
    }
  }

  // Returns false at the end of the pipe.
  bool ReadPipe(Worker* worker) {
    char buffer[1 << 16];
    const ssize_t size = read(worker->pipe, buffer, sizeof(buffer));
    if (size < 0) return errno == EINTR;
    worker->received.append(buffer, static_cast<std::size_t>(size));
    TakeMessages(worker);
    return size > 0;
  }

  void TakeMessages(Worker* worker) {
    while (worker->received.size() >= sizeof(MessageHeader)) {
      MessageHeader header;
      std::memcpy(&header, worker->received.data(), sizeof(header));
      const std::size_t total = sizeof(header) + header.text_size;
      if (worker->received.size() < total) return;
      if (header.message == MessageKind::kUnknown) {
        result_.unknown.push_back(header.seed);
      } else {
        AddFailure({header.seed, header.kind, header.hash,
                    worker->received.substr(sizeof(header), header.text_size)});
      }
      worker->received.erase(0, total);
    }
  }

  void AddFailure(Failure failure) {
    if (listener_.failed) listener_.failed(failure);
    result_.failures.push_back(std::move(failure));
  }

  void ReapEnded() {
    for (std::uint32_t index = 0; index < workers_.size(); ++index) {
      Worker& worker = workers_[index];
      if (worker.pid < 0) continue;
      int status = 0;
      rusage usage{};
      if (wait4(worker.pid, &status, WNOHANG, &usage) != worker.pid) continue;
      while (ReadPipe(&worker)) {
      }
      close(worker.pipe);
      worker.pid = -1;
      AddUsage(usage);
      const bool as_planned = AccountFor(worker, status, &shared_->slots[index]);
      if (!as_planned && !shared_->stop.load()) Fork(index);
    }
  }

  // Names the seed that a worker left behind. True for a worker that ran out of seeds, or was stopped.
  bool AccountFor(const Worker& worker, int status, WorkerSlot* slot) {
    const std::uint64_t running = slot->running.exchange(0);
    const std::uint64_t seed = options_.first_seed + running - 1;
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (worker.stopped && killed) {
      if (running != 0) result_.unfinished.push_back(seed);
      return true;
    }
    if (running == 0 && status == 0) return true;
    if (running != 0) {
      AddDeath(seed, FailureKind::kDied, status, worker.hung && killed);
      slot->done.fetch_add(1);
    } else {
      AddDeath(0, FailureKind::kWorkerDied, status, false);
    }
    return false;
  }

  void AddUsage(const rusage& usage) {
    const auto ms = [](const timeval& time) {
      return static_cast<std::uint64_t>(time.tv_sec) * 1000 +
             static_cast<std::uint64_t>(time.tv_usec) / 1000;
    };
    result_.cpu_ms += ms(usage.ru_utime) + ms(usage.ru_stime);
    result_.peak_memory_kib =
        std::max(result_.peak_memory_kib, static_cast<std::uint64_t>(usage.ru_maxrss));
  }

  void AddDeath(std::uint64_t seed, FailureKind kind, int status, bool hung) {
    const std::string who = kind == FailureKind::kWorkerDied ? "the worker" : "the target";
    Failure failure;
    failure.seed = seed;
    failure.kind = hung ? FailureKind::kHung : kind;
    if (hung) {
      failure.text =
          "the target did not end within " + std::to_string(options_.hang_ms / 1000) + " s\n";
    } else if (WIFSIGNALED(status)) {
      failure.text = who + " died of signal " + std::to_string(WTERMSIG(status)) + " (" +
                     strsignal(WTERMSIG(status)) + ")\n";
    } else {
      failure.text =
          who + " ended the process with status " + std::to_string(WEXITSTATUS(status)) + "\n";
    }
    AddFailure(std::move(failure));
  }

  void StopHung() {
    const std::uint64_t now = MonotonicMs();
    for (std::uint32_t index = 0; index < workers_.size(); ++index) {
      const WorkerSlot& slot = shared_->slots[index];
      Worker& worker = workers_[index];
      if (worker.pid < 0 || worker.hung || worker.stopped || slot.running.load() == 0) continue;
      if (now < slot.started_ms.load() + options_.hang_ms) continue;
      worker.hung = true;
      kill(worker.pid, SIGKILL);
    }
  }

  void StopWhenDue() {
    const std::uint64_t elapsed = MonotonicMs() - started_ms_;
    const bool over = options_.time_ms != 0 && elapsed >= options_.time_ms;
    if (over || interrupted != 0 || result_.failures.size() >= options_.max_failures)
      shared_->stop.store(true);
    if (interrupted != 0 && interrupted_ms_ == 0) interrupted_ms_ = MonotonicMs();
  }

  // A worker gets some time to end its seed; then it is killed and its seed named.
  void KillLate() {
    const std::uint64_t now = MonotonicMs();
    const bool late =
        (interrupted_ms_ != 0 && now - interrupted_ms_ >= kInterruptGraceMs) ||
        (options_.time_ms != 0 && now - started_ms_ >= options_.time_ms + kTimeGraceMs);
    if (!late) return;
    for (Worker& worker : workers_) {
      if (worker.pid < 0 || worker.hung || worker.stopped) continue;
      worker.stopped = true;
      kill(worker.pid, SIGKILL);
    }
  }

  void Report() {
    if (!listener_.progressed) return;
    SweepProgress progress;
    for (std::uint32_t index = 0; index < options_.jobs; ++index)
      progress.done += shared_->slots[index].done.load();
    progress.failures = result_.failures.size();
    progress.elapsed_ms = MonotonicMs() - started_ms_;
    listener_.progressed(progress);
  }

  SweepResult Finish() {
    for (std::uint32_t index = 0; index < options_.jobs; ++index) {
      const WorkerSlot& slot = shared_->slots[index];
      result_.counts.Add(slot.counts);
      result_.done += slot.done.load();
      result_.rechecked += slot.rechecked.load();
    }
    result_.claimed = shared_->next.load();
    result_.interrupted = interrupted != 0;
    result_.elapsed_ms = MonotonicMs() - started_ms_;
    return std::move(result_);
  }

  const SweepOptions& options_;
  const SweepListener& listener_;
  std::vector<Worker> workers_;
  SharedSweep* shared_ = nullptr;
  SweepResult result_;
  std::uint64_t started_ms_ = 0;
  std::uint64_t interrupted_ms_ = 0;
};

}  // namespace

SweepResult RunSweep(const SweepOptions& options, const SweepListener& listener) {
  KERNEL_CHECK(options.jobs >= 1 && options.jobs <= SharedSweep::kMaxJobs);
  return Sweep(options, listener).Run();
}

void InterruptSweep() { interrupted = 1; }

}  // namespace harrow::harness
