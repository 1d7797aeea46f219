// Line by line. What follows the last newline is a torn line: the file was being written when its writer was killed.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "sim/harness/scenario_text.h"
#include "sim/harness/sweep/result_lines.h"
#include "sim/harness/sweep/results.h"

namespace harrow::harness {
namespace {

constexpr std::size_t kLongestLineBytes = std::size_t{64} << 20;

class Reader {
 public:
  explicit Reader(std::string_view name) : name_(Printable(name)) {}

  absl::Status Line(std::string_view line) {
    ++number_;
    absl::Status status = ParseLine(line, number_, &read_.results);
    if (!status.ok())
      return absl::InvalidArgumentError(name_ + ":" + std::to_string(number_) + ": " +
                                        std::string(status.message()));
    read_.whole_bytes += line.size() + 1;
    return status;
  }

  absl::StatusOr<ReadResults> Finish() {
    if (number_ == 0)
      return absl::OutOfRangeError(name_ +
                                   ":1: expected the header of a result file, found no whole line");
    read_.results.SumUp();
    return std::move(read_);
  }

 private:
  const std::string name_;
  std::uint64_t number_ = 0;
  ReadResults read_;
};

}  // namespace

absl::StatusOr<ReadResults> ParseResults(std::string_view name, std::string_view text) {
  Reader reader(name);
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    if (absl::Status status = reader.Line(text.substr(0, end)); !status.ok()) return status;
    text.remove_prefix(end + 1);
  }
  return reader.Finish();
}

absl::StatusOr<ReadResults> ReadResultFile(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (file == nullptr) return absl::NotFoundError(Printable(path) + ": " + std::strerror(errno));
  Reader reader(path);
  std::string rest;
  char buffer[1 << 16];
  while (const std::size_t size = std::fread(buffer, 1, sizeof(buffer), file.get())) {
    rest.append(buffer, size);
    std::size_t begin = 0;
    for (std::size_t end = rest.find('\n'); end != std::string::npos;
         end = rest.find('\n', begin)) {
      const std::string_view line = std::string_view(rest).substr(begin, end - begin);
      if (absl::Status status = reader.Line(line); !status.ok()) return status;
      begin = end + 1;
    }
    rest.erase(0, begin);
    if (rest.size() > kLongestLineBytes)
      return absl::InvalidArgumentError(Printable(path) + ": expected lines of at most 64 MiB");
  }
  if (std::ferror(file.get()) != 0)
    return absl::NotFoundError(Printable(path) + ": " + std::strerror(errno));
  return reader.Finish();
}

}  // namespace harrow::harness
