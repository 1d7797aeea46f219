// The handler prints addresses as offsets in their files. The parent, which is the same program, looks the offsets up in its
// own symbol table; the libc's frames and the handler's are dropped.
#include "sim/harness/sweep/crash_report.h"

#include <execinfo.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "sim/harness/sweep/symbols.h"
#include "sim/kernel/check.h"
#include "sim/kernel/sanitizers.h"

namespace harrow::harness {

const int kReportAndEndSignal = SIGQUIT;

namespace {

constexpr std::string_view kTitle = "backtrace:\n";
constexpr std::string_view kFrame = "  at ";
constexpr int kMaxFrames = 64;
constexpr std::size_t kShownFrames = 16;
constexpr int kCrashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGQUIT};

// After it returns, the signal comes again and does what it does by default.
void OnCrash(int number) {
  static void* frames[kMaxFrames];
  const int count = backtrace(frames, kMaxFrames);
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kTitle.data(), kTitle.size());
  backtrace_symbols_fd(frames, count, STDERR_FILENO);
  if (number == kReportAndEndSignal) _exit(1);
}

// Of a line "file(symbol+0x1f) [0x7f..]".
struct RawFrame {
  std::string_view file;
  std::string_view symbol;  // may be empty: then `offset` counts from the start of the file's image
  std::uint64_t offset = 0;
};

bool ParseFrame(std::string_view line, RawFrame* frame) {
  const std::size_t open = line.rfind('(');
  const std::size_t close = line.rfind(')');
  if (!line.ends_with(']') || open == std::string_view::npos || close == std::string_view::npos ||
      close < open)
    return false;
  frame->file = line.substr(0, open);
  const std::string_view inside = line.substr(open + 1, close - open - 1);
  const std::size_t plus = inside.rfind("+0x");
  if (plus == std::string_view::npos) return false;
  frame->symbol = inside.substr(0, plus);
  const std::string_view digits = inside.substr(plus + 3);
  return std::from_chars(digits.data(), digits.data() + digits.size(), frame->offset, 16).ec ==
         std::errc{};
}

bool IsRuntime(std::string_view file) {
  for (const std::string_view name :
       {"libc.so", "libstdc++", "libgcc_s", "ld-linux", "linux-vdso"}) {
    if (file.find(name) != std::string_view::npos) return true;
  }
  return false;
}

// `pc` is one less than a return address, which is behind its call.
std::string NameOf(const RawFrame& frame, std::uint64_t pc) {
  if (!frame.symbol.empty()) return Demangled(std::string(frame.symbol));
  const std::string_view base = frame.file.substr(frame.file.rfind('/') + 1);
  char digits[24] = "+0x";
  const auto end = std::to_chars(digits + 3, digits + sizeof(digits), frame.offset, 16).ptr;
  const std::string place = std::string(base) + std::string(digits, end);
  const std::string name = Symbols::OfThisProgram().NameOf(frame.file, pc);
  return name.empty() ? place : name;
}

// What called the target.
bool IsMachinery(std::string_view name) {
  return name.starts_with("harrow::kernel::") || name.starts_with("harrow::harness::") ||
         name == "make_fcontext" || name == "main" || name == "_start";
}

// "file:12" or "file:12:3".
bool IsPlace(std::string_view word) {
  for (std::size_t at = word.find(':'); at != std::string_view::npos; at = word.find(':', at + 1)) {
    if (at + 1 < word.size() && word[at + 1] >= '0' && word[at + 1] <= '9') return true;
  }
  return false;
}

// "    #1 0x55 in harrow::engine::Log::Append(…) file:line" gives the function, and so does "    #1 harrow::… file:line
// (module+0x1)"; empty for other lines.
std::string SanitizerFrame(std::string_view line) {
  const std::size_t number = line.find_first_not_of(' ');
  const std::size_t in = line.find(" in ");
  if (number == std::string_view::npos || line[number] != '#') return {};
  std::string_view rest = line.substr(
      in != std::string_view::npos ? in + 4 : std::min(line.find(' ', number) + 1, line.size()));
  const std::size_t module = rest.rfind(" (");
  if (module != std::string_view::npos && rest.find("+0x", module) != std::string_view::npos)
    rest = rest.substr(0, module);
  const std::size_t last = rest.rfind(' ');
  if (last != std::string_view::npos && IsPlace(rest.substr(last + 1))) rest = rest.substr(0, last);
  return WithoutBrackets(rest);
}

constexpr std::string_view kUndefined = "runtime error: ";
constexpr std::string_view kSanitizerMarks[] = {
    "ERROR: AddressSanitizer: ", "ERROR: LeakSanitizer: ", "WARNING: ThreadSanitizer: ",
    kUndefined};

// "file.cc:12:5: runtime error: …": without the place it is the target's own text.
bool HasPlace(std::string_view line, std::size_t mark) {
  return mark >= 3 && line.substr(mark - 2, 2) == ": " && line[mark - 3] >= '0' &&
         line[mark - 3] <= '9';
}

std::string_view TakeLine(std::string_view* rest) {
  const std::size_t size = std::min(rest->find('\n'), rest->size());
  const std::string_view line = rest->substr(0, size);
  rest->remove_prefix(std::min(size + 1, rest->size()));
  return line;
}

}  // namespace

void InstallCrashReports() {
  if (kernel::kSanitized) return;
  void* frame = nullptr;
  backtrace(&frame, 1);  // loads what it needs
  static char stack_memory[64 << 10];
  stack_t stack{};
  stack.ss_sp = stack_memory;
  stack.ss_size = sizeof(stack_memory);
  KERNEL_CHECK(sigaltstack(&stack, nullptr) == 0);
  struct sigaction action {};
  action.sa_handler = &OnCrash;
  action.sa_flags = static_cast<int>(SA_ONSTACK | SA_RESETHAND);
  for (const int number : kCrashes) sigaction(number, &action, nullptr);
}

std::string ReadableOutput(std::string_view output) {
  const std::size_t title = output.rfind(kTitle);
  if (title == std::string_view::npos) return std::string(output);
  std::string_view rest = output.substr(title + kTitle.size());
  std::vector<std::string> names;
  int since_handler = -1;
  while (!rest.empty()) {
    RawFrame frame;
    if (!ParseFrame(TakeLine(&rest), &frame)) continue;
    if (since_handler >= 0) ++since_handler;
    if (IsRuntime(frame.file)) continue;
    // Behind the handler comes the signal's frame, and then what was interrupted, just there.
    const std::string name = NameOf(frame, frame.offset - (since_handler == 2 ? 0 : 1));
    if (name.ends_with("OnCrash")) {
      since_handler = 0;
    } else {
      names.push_back(name);
    }
  }
  while (!names.empty() && IsMachinery(names.back())) names.pop_back();
  names.resize(std::min(names.size(), kShownFrames));
  std::string text(output.substr(0, title));
  if (!names.empty()) text += kTitle;
  for (const std::string& name : names) text += std::string(kFrame) + name + "\n";
  return text;
}

std::vector<std::string> FramesOf(std::string_view readable_output) {
  std::vector<std::string> frames;
  const std::size_t title = readable_output.rfind(kTitle);
  const bool own = title != std::string_view::npos;
  std::string_view rest = own ? readable_output.substr(title + kTitle.size()) : readable_output;
  while (!rest.empty()) {
    const std::string_view line = TakeLine(&rest);
    if (own && line.starts_with(kFrame)) frames.emplace_back(line.substr(kFrame.size()));
    if (own) continue;
    std::string name = SanitizerFrame(line);
    // The first stack of a report is the one that counts.
    if (name.empty() && !frames.empty()) break;
    if (!name.empty() && !name.starts_with("__")) frames.push_back(std::move(name));
  }
  while (!frames.empty() && IsMachinery(frames.back())) frames.pop_back();
  return frames;
}

std::string SanitizerHeadline(std::string_view output) {
  while (!output.empty()) {
    const std::string_view line = TakeLine(&output);
    for (const std::string_view mark : kSanitizerMarks) {
      const std::size_t at = line.find(mark);
      if (at == std::string_view::npos) continue;
      if (mark == kUndefined && !HasPlace(line, at)) continue;
      // An address in a headline says nothing to a reader.
      const std::string_view what = line.substr(at + mark.size());
      return std::string(what.substr(0, what.find(" on address ")));
    }
  }
  return {};
}

}  // namespace harrow::harness
