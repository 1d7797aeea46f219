#include "sim/harness/shrink/text_from_child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "sim/harness/shrink/trial_worker.h"
#include "sim/kernel/check.h"

namespace harrow::harness {
namespace {

void WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = write(fd, text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) _exit(1);
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

[[noreturn]] void Work(int fd, const std::function<void(const TextWriter&)>& work) {
  // A terminal's Ctrl-C reaches the whole group; the parent decides.
  signal(SIGINT, SIG_IGN);
  // What the target says on its way is nobody's business.
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) {
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
  }
  work([fd](std::string_view text) { WriteAll(fd, text); });
  _exit(0);
}

std::string ReadWithin(const ChildBounds& bounds, int fd) {
  constexpr int kLookMs = 200;
  const std::uint64_t end_ms = WallMs() + bounds.time_ms;
  std::string text;
  char buffer[4096];
  while (WallMs() < end_ms && !bounds.stopped()) {
    pollfd polled{fd, POLLIN, 0};
    const int ready = poll(&polled, 1, kLookMs);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    if (ready < 0) return text;
    const ssize_t size = read(fd, buffer, sizeof(buffer));
    if (size <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return text;
}

}  // namespace

std::string TextFromChild(const ChildBounds& bounds,
                          const std::function<void(const TextWriter&)>& work) {
  int ends[2];
  KERNEL_CHECK(pipe(ends) == 0);
  std::fflush(nullptr);
  const pid_t parent = getpid();
  const pid_t child = fork();
  KERNEL_CHECK(child >= 0);
  if (child == 0) {
    close(ends[0]);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    Work(ends[1], work);
  }
  close(ends[1]);
  std::string text = ReadWithin(bounds, ends[0]);
  close(ends[0]);
  kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return text;
}

}  // namespace harrow::harness
