// A verb by the operation, the file by its kind and number, the range, what the bytes mean, and how the call ended.
#include "sim/harness/file_text.h"

#include <algorithm>
#include <cstddef>

#include "faults/errno_names.h"

namespace harrow::harness {
namespace {

using faults::FileKind;
using faults::OpKind;

constexpr std::string_view kDatabase = "db/";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The number in a file's name, as it is written there; empty when there is none.
std::string_view NumberIn(std::string_view name) {
  const auto* const first = std::find_if(name.begin(), name.end(), &IsDigit);
  const auto* const last = std::find_if_not(first, name.end(), &IsDigit);
  return {first, static_cast<std::size_t>(last - first)};
}

// "+124 at 1240" past the end of the file, else "124 bytes at 0".
std::string RangeText(const FileCall& call) {
  const std::string size = std::to_string(call.size);
  const std::string at = " at " + std::to_string(call.offset);
  return call.operation == OpKind::kWrite && call.offset == call.file_size
             ? " +" + size + at
             : " " + size + (call.size == 1 ? " byte" : " bytes") + at;
}

const char* WriteVerb(const FileCall& call) {
  return call.offset == call.file_size ? "append " : "overwrite ";
}

std::string TransferText(const FileCall& call) {
  const std::string file = DescribeFile(call.file, call.path);
  std::string text = (call.operation == OpKind::kWrite ? WriteVerb(call) : "read ") + file;
  text += RangeText(call);
  if (call.result >= 0 && static_cast<std::uint64_t>(call.result) != call.size) {
    text += call.operation == OpKind::kWrite ? ", wrote only " : ", got ";
    text += std::to_string(call.result);
  }
  return call.meaning.empty() ? text : text + ": " + call.meaning;
}

std::string OpenText(const FileCall& call, const std::string& file) {
  if (call.operation == OpKind::kCreate) {
    const bool exclusive = call.detail.find("excl") != std::string::npos;
    return (exclusive ? "create anew " : "create ") + file;
  }
  if (call.operation == OpKind::kTruncate) return "open " + file + " and truncate it";
  return "open " + file + " " + call.detail;
}

std::string ActionText(const FileCall& call) {
  const std::string file = DescribeFile(call.file, call.path);
  const bool opens = call.call.starts_with("open") && call.operation != OpKind::kList;
  if (opens || call.call.starts_with("creat")) return OpenText(call, file);
  switch (call.operation) {
    case OpKind::kRead:
    case OpKind::kWrite:
      return TransferText(call);
    case OpKind::kRename:
      return "rename " + call.from.substr(call.from.starts_with(kDatabase) ? kDatabase.size() : 0) +
             " -> " + file;
    case OpKind::kTruncate:
      return call.call + " " + file + " to " + std::to_string(call.offset);
    case OpKind::kAllocate:
      return call.call + " " + file + RangeText(call);
    case OpKind::kList:
      return "list " + file + (call.result < 0 ? "" : ": " + call.detail);
    case OpKind::kLockFile:
      return call.detail + " " + file;
    default:
      return call.call + " " + file;
  }
}

}  // namespace

std::string DescribeFile(FileKind kind, std::string_view path) {
  if (path.empty()) return "the root directory";
  const bool inside =
      path.starts_with(kDatabase) && path.find('/', kDatabase.size()) == std::string_view::npos;
  const std::string_view name = inside ? path.substr(kDatabase.size()) : path;
  if (kind == FileKind::kCurrent || kind == FileKind::kLock) return std::string(name);
  if (kind == FileKind::kOther) return std::string(name);
  const std::string_view number = NumberIn(name);
  const bool numbered = inside && !number.empty() && kind != FileKind::kDirectory;
  return std::string(faults::ToText(kind)) + " " + std::string(numbered ? number : name);
}

std::string DescribeCall(const FileCall& call) {
  std::string text = ActionText(call);
  if (call.result < 0) text += " -> " + faults::ErrnoText(static_cast<int>(-call.result));
  if (call.fault.empty()) return text;
  text += "  [fault " + call.fault;
  if (!call.consequence.empty()) text += "; " + call.consequence;
  return text + "]";
}

}  // namespace harrow::harness
