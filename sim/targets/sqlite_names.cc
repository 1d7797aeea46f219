// SQLite writes a record of a journal, and a frame of a log, in several calls: what a call is about follows from its size.
#include "sim/targets/sqlite_names.h"

#include <algorithm>
#include <cstdint>

namespace harrow::targets {
namespace {

constexpr std::size_t kWordSize = 4;
constexpr std::size_t kSmallestPage = 512;
constexpr std::string_view kJournalMagic("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7");
constexpr std::size_t kLogHeaderSize = 32;
constexpr std::size_t kFrameHeaderSize = 24;

std::uint32_t WordAt(std::string_view bytes, std::size_t at) {
  std::uint32_t word = 0;
  for (std::size_t i = at; i < at + kWordSize; ++i)
    word = word << 8 | static_cast<unsigned char>(bytes[i]);
  return word;
}

std::string PageText(const TransferredBytes& transfer) {
  const std::size_t size = transfer.bytes.size();
  if (size < kSmallestPage || transfer.offset % size != 0) return {};
  return "page " + std::to_string(transfer.offset / size + 1);
}

std::string JournalText(std::string_view bytes) {
  if (bytes.starts_with(kJournalMagic) && bytes.size() >= kJournalMagic.size() + kWordSize)
    return "header, " + std::to_string(WordAt(bytes, kJournalMagic.size())) + " records";
  if (bytes.size() > kWordSize && bytes.size() < kSmallestPage &&
      std::all_of(bytes.begin(), bytes.end(), [](char byte) { return byte == '\0'; }))
    return "header zeroed";
  // The number of a page comes before it, and is small beside a checksum.
  constexpr std::uint32_t kPagesMax = 1 << 20;
  if (bytes.size() == kWordSize)
    return WordAt(bytes, 0) < kPagesMax ? "record of page " + std::to_string(WordAt(bytes, 0))
                                        : "checksum";
  return {};
}

std::string LogText(const TransferredBytes& transfer) {
  const std::string_view bytes = transfer.bytes;
  if (transfer.offset == 0 && bytes.size() == kLogHeaderSize) return "header";
  if (bytes.size() != kFrameHeaderSize) return {};
  const std::uint32_t pages = WordAt(bytes, kWordSize);
  return "frame of page " + std::to_string(WordAt(bytes, 0)) +
         (pages == 0 ? "" : ", commits " + std::to_string(pages) + " pages");
}

}  // namespace

faults::FileKind ClassifySqlitePath(std::string_view path) {
  using faults::FileKind;
  if (path.empty()) return FileKind::kDirectory;
  if (path.ends_with("-journal") || path.ends_with("-wal")) return FileKind::kLog;
  return path.ends_with("-shm") ? FileKind::kOther : FileKind::kTable;
}

std::string DescribeSqliteBytes(const TransferredBytes& transfer) {
  if (transfer.way == TransferredBytes::Way::kRead) return {};
  if (transfer.path.ends_with("-journal")) return JournalText(transfer.bytes);
  if (transfer.path.ends_with("-wal")) return LogText(transfer);
  return transfer.path.ends_with("-shm") ? std::string() : PageText(transfer);
}

}  // namespace harrow::targets
