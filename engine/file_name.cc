// Names are built and taken apart by hand: printf and streams look at the locale.
#include "engine/file_name.h"

#include <charconv>
#include <limits>

namespace harrow::engine {
namespace {

constexpr std::string_view kManifestPrefix = "MANIFEST-";
constexpr std::size_t kMinimumDigits = 6;

// The whole of `text` as a number; no sign, no overflow.
std::optional<std::uint64_t> ParseNumber(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void AppendNumber(std::uint64_t number, std::string* out) {
  char digits[std::numeric_limits<std::uint64_t>::digits10 + 1];
  const auto [end, error] = std::to_chars(digits, digits + sizeof(digits), number);
  static_cast<void>(error);  // the buffer has room for every number
  const std::size_t count = static_cast<std::size_t>(end - digits);
  if (count < kMinimumDigits) out->append(kMinimumDigits - count, '0');
  out->append(digits, count);
}

}  // namespace

std::optional<FileName> ParseFileName(std::string_view name) {
  if (name == "CURRENT") return FileName{FileType::kCurrent, 0};
  if (name == "LOCK") return FileName{FileType::kLock, 0};
  if (name == "LOG" || name == "LOG.old") return FileName{FileType::kInfoLog, 0};
  if (name.starts_with(kManifestPrefix)) {
    const auto number = ParseNumber(name.substr(kManifestPrefix.size()));
    if (!number.has_value()) return std::nullopt;
    return FileName{FileType::kManifest, *number};
  }
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto number = ParseNumber(name.substr(0, dot));
  if (!number.has_value()) return std::nullopt;
  const std::string_view suffix = name.substr(dot);
  if (suffix == ".log") return FileName{FileType::kLog, *number};
  if (suffix == ".ldb") return FileName{FileType::kTable, *number};
  if (suffix == ".sst") return FileName{FileType::kOldTable, *number};
  if (suffix == ".dbtmp") return FileName{FileType::kTemporary, *number};
  return std::nullopt;
}

std::string FormatFileName(const FileName& name) {
  std::string text;
  switch (name.type) {
    case FileType::kCurrent:
      return "CURRENT";
    case FileType::kLock:
      return "LOCK";
    case FileType::kInfoLog:
      return "LOG";
    case FileType::kManifest:
      text.append(kManifestPrefix);
      AppendNumber(name.number, &text);
      return text;
    case FileType::kLog:
      AppendNumber(name.number, &text);
      return text.append(".log");
    case FileType::kTable:
      AppendNumber(name.number, &text);
      return text.append(".ldb");
    case FileType::kOldTable:
      AppendNumber(name.number, &text);
      return text.append(".sst");
    case FileType::kTemporary:
      AppendNumber(name.number, &text);
      return text.append(".dbtmp");
  }
  return text;
}

std::string FilePath(const std::string& directory, const FileName& name) {
  std::string path;
  path.reserve(directory.size() + 24);
  return path.append(directory).append("/").append(FormatFileName(name));
}

std::string ParentDirectory(const std::string& directory) {
  std::string_view path = directory;
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  if (slash == 0) return "/";
  return std::string(path.substr(0, slash));
}

}  // namespace harrow::engine
