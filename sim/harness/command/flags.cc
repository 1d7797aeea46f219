// gflags holds the flags; the words are walked here, because gflags ends the process with status 1 on a bad one.
#include "sim/harness/command/flags.h"

#include <gflags/gflags.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "sim/harness/scenario_text.h"
#include "sim/kernel/check.h"

namespace harrow::harness {
namespace {

google::CommandLineFlagInfo InfoOf(std::string_view name) {
  google::CommandLineFlagInfo info;
  KERNEL_CHECK(google::GetCommandLineFlagInfo(std::string(name).c_str(), &info));
  return info;
}

absl::Status CheckFlagOf(std::string_view command, const std::string& name) {
  for (const OwnFlag& flag : OwnFlags()) {
    if (flag.name != name) continue;
    if (Takes(command, flag)) return absl::OkStatus();
    return absl::InvalidArgumentError("--" + name + " is no flag of this command; harrow " +
                                      std::string(command) + " --help lists those it takes");
  }
  return absl::InvalidArgumentError("unknown flag --" + Printable(name) + "; harrow " +
                                    std::string(command) + " --help lists the flags");
}

absl::Status SetFlag(const std::string& name, const std::string& value) {
  if (google::SetCommandLineOption(name.c_str(), value.c_str()).empty()) {
    return BadFlag(name, "true or false", value);
  }
  return absl::OkStatus();
}

bool ParseCount(std::string_view text, std::uint64_t low, std::uint64_t high,
                std::uint64_t* count) {
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, *count);
  return error == std::errc{} && end == last && *count >= low && *count <= high;
}

}  // namespace

bool Takes(std::string_view command, const OwnFlag& flag) {
  if (command.empty()) return true;
  std::string_view rest = flag.commands;
  while (!rest.empty()) {
    const std::size_t size = rest.find(' ');
    if (rest.substr(0, size) == command) return true;
    rest.remove_prefix(size + 1);
  }
  return false;
}

absl::StatusOr<ParsedWords> ParseFlags(std::string_view command,
                                       const std::vector<std::string>& words) {
  ParsedWords parsed;
  for (const std::string& word : words) {
    if (word == "--help" || word == "-h") parsed.help = true;
  }
  if (parsed.help) return parsed;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word.size() < 2 || word[0] != '-') {
      parsed.arguments.push_back(word);
      continue;
    }
    const std::string body = word.substr(word[1] == '-' ? 2 : 1);
    const std::size_t equals = body.find('=');
    const std::string name = body.substr(0, equals);
    if (absl::Status status = CheckFlagOf(command, name); !status.ok()) return status;
    std::string value;
    if (equals != std::string::npos) {
      value = body.substr(equals + 1);
    } else if (InfoOf(name).type == "bool") {
      value = "true";
    } else if (at + 1 < words.size()) {
      value = words[++at];
    } else {
      return absl::InvalidArgumentError("--" + name +
                                        ": expected a value, found the end of the command");
    }
    if (absl::Status status = SetFlag(name, value); !status.ok()) return status;
  }
  return parsed;
}

std::string FlagHelp(std::string_view command) {
  std::string text;
  for (const OwnFlag& flag : OwnFlags()) {
    if (!Takes(command, flag)) continue;
    const google::CommandLineFlagInfo info = InfoOf(flag.name);
    const std::string shown = info.default_value.empty() ? "" : " (" + info.default_value + ")";
    std::string head = "  --" + info.name;
    head.resize(std::max<std::size_t>(head.size() + 1, 18), ' ');
    if (command.empty())
      head += std::string(flag.commands.substr(0, flag.commands.size() - 1)) + ": ";
    text += head + info.description + shown + "\n";
  }
  return text;
}

bool IsGiven(std::string_view name) { return !InfoOf(name).is_default; }

std::string TextFlag(std::string_view name) { return InfoOf(name).current_value; }

bool BoolFlag(std::string_view name) { return TextFlag(name) == "true"; }

absl::StatusOr<std::uint64_t> CountFlag(std::string_view name, std::uint64_t low,
                                        std::uint64_t high) {
  const std::string value = TextFlag(name);
  std::uint64_t count = 0;
  if (!ParseCount(value, low, high, &count)) {
    return BadFlag(name, "a number from " + std::to_string(low) + " to " + std::to_string(high),
                   value);
  }
  return count;
}

absl::StatusOr<std::uint64_t> DurationFlag(std::string_view name) {
  const std::string value = TextFlag(name);
  if (value.empty() && InfoOf(name).default_value.empty()) return 0;
  std::uint64_t unit_ms = 0;
  if (value.ends_with('s')) unit_ms = 1000;
  if (value.ends_with('m')) unit_ms = 60'000;
  if (value.ends_with('h')) unit_ms = 3'600'000;
  std::uint64_t count = 0;
  if (unit_ms == 0 ||
      !ParseCount(std::string_view(value).substr(0, value.size() - 1), 1, 1'000'000, &count)) {
    return BadFlag(name, "a duration such as 30s, 5m or 2h", value);
  }
  return count * unit_ms;
}

absl::StatusOr<std::uint32_t> JobsFlag() {
  constexpr long kMostJobs = 256;
  const absl::StatusOr<std::uint64_t> jobs = CountFlag("jobs", 0, kMostJobs);
  if (!jobs.ok()) return jobs.status();
  if (*jobs != 0) return static_cast<std::uint32_t>(*jobs);
  return static_cast<std::uint32_t>(std::clamp<long>(sysconf(_SC_NPROCESSORS_ONLN), 1, kMostJobs));
}

absl::StatusOr<std::uint64_t> SizeFlag(std::string_view name) {
  const std::string value = TextFlag(name);
  if (value == "0") return 0;
  const int shift = value.ends_with('m') ? 20 : 30;
  std::uint64_t count = 0;
  if (!(value.ends_with('m') || value.ends_with('g')) ||
      !ParseCount(std::string_view(value).substr(0, value.size() - 1), 1, 1'000'000, &count)) {
    return BadFlag(name, "a size such as 512m or 2g, or 0", value);
  }
  return count << shift;
}

absl::Status BadFlag(std::string_view name, std::string_view expected, std::string_view found) {
  return absl::InvalidArgumentError("--" + std::string(name) + ": expected " +
                                    std::string(expected) + ", found \"" + Printable(found) + "\"");
}

}  // namespace harrow::harness
