// Fragment by fragment from the front: skip a trailer, check the header and the checksum, join
// FIRST MIDDLE* LAST. Everything that is not as a writer leaves it ends the reading.
#include "engine/log_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/check.h"
#include "engine/coding.h"
#include "engine/crc32c.h"

namespace harrow::engine {
namespace {

std::size_t RoomInBlock(std::uint64_t offset) {
  return kLogBlockSize - static_cast<std::size_t>(offset % kLogBlockSize);
}

// Where the fragment or trailer at `offset` may start: behind the trailer.
std::uint64_t SkipTrailer(std::uint64_t offset) {
  const std::size_t room = RoomInBlock(offset);
  return room < kLogHeaderSize ? offset + room : offset;
}

bool IsKnownType(std::uint32_t type) {
  return type >= static_cast<std::uint32_t>(FragmentType::kFull) &&
         type <= static_cast<std::uint32_t>(FragmentType::kLast);
}

}  // namespace

const char* LogStopReasonName(LogStopReason reason) {
  switch (reason) {
    case LogStopReason::kNone:
      return "nothing wrong";
    case LogStopReason::kCutHeader:
      return "cut header";
    case LogStopReason::kCutPayload:
      return "cut payload";
    case LogStopReason::kCutRecord:
      return "cut record";
    case LogStopReason::kZeroes:
      return "zero bytes for a header";
    case LogStopReason::kBadLength:
      return "bad length";
    case LogStopReason::kBadChecksum:
      return "bad checksum";
    case LogStopReason::kBadType:
      return "bad type";
    case LogStopReason::kUnexpectedStart:
      return "start of a record within a record";
    case LogStopReason::kUnexpectedPart:
      return "part of a record without its start";
  }
  return "unknown reason";
}

LogStopReason LogReader::ParseFragment(std::uint64_t offset, Fragment* fragment) const {
  HARROW_CHECK(RoomInBlock(offset) >= kLogHeaderSize);
  if (offset > log_.size() || log_.size() - offset < kLogHeaderSize) {
    return LogStopReason::kCutHeader;
  }
  const char* header = log_.data() + offset;
  const std::uint32_t masked_crc = DecodeFixed32(header);
  const std::uint32_t size_and_type = DecodeFixed32(header + 3) >> 8;
  const std::size_t size = size_and_type & 0xffff;
  const std::uint32_t type = size_and_type >> 16;
  if (masked_crc == 0 && size_and_type == 0) return LogStopReason::kZeroes;
  if (size > RoomInBlock(offset) - kLogHeaderSize) return LogStopReason::kBadLength;
  if (size > log_.size() - offset - kLogHeaderSize) return LogStopReason::kCutPayload;
  if (crc32c::Value(header + 6, 1 + size) != crc32c::Unmask(masked_crc)) {
    return LogStopReason::kBadChecksum;
  }
  if (!IsKnownType(type)) return LogStopReason::kBadType;
  fragment->type = static_cast<FragmentType>(type);
  fragment->payload = log_.substr(offset + kLogHeaderSize, size);
  return LogStopReason::kNone;
}

LogRead LogReader::StopAt(LogStopReason reason, std::uint64_t bad_offset) {
  ended_ = true;
  stop_.reason = reason;
  stop_.bad_offset = std::min<std::uint64_t>(bad_offset, log_.size());
  return LogRead::kBad;
}

LogRead LogReader::ReadRecord(std::string_view* record, std::string* scratch) {
  if (!ended_ && offset_ == log_.size()) ended_ = true;
  if (ended_) {
    return stop_.reason == LogStopReason::kNone ? LogRead::kEnd : LogRead::kBad;
  }
  for (bool inside = false;; inside = true) {
    const std::uint64_t offset = SkipTrailer(offset_);
    if (inside && offset >= log_.size()) return StopAt(LogStopReason::kCutRecord, offset);
    Fragment fragment;
    const LogStopReason reason = ParseFragment(offset, &fragment);
    if (reason != LogStopReason::kNone) return StopAt(reason, offset);

    const bool starts =
        fragment.type == FragmentType::kFull || fragment.type == FragmentType::kFirst;
    if (starts && inside) return StopAt(LogStopReason::kUnexpectedStart, offset);
    if (!starts && !inside) return StopAt(LogStopReason::kUnexpectedPart, offset);
    offset_ = offset + kLogHeaderSize + fragment.payload.size();

    if (fragment.type == FragmentType::kFull) {
      *record = fragment.payload;
    } else {
      if (starts) scratch->clear();
      scratch->append(fragment.payload);
      if (fragment.type != FragmentType::kLast) continue;
      *record = *scratch;
    }
    stop_.good_size = offset_;
    return LogRead::kRecord;
  }
}

bool LogReader::IntactFragmentFollows() const {
  HARROW_CHECK(stop_.reason != LogStopReason::kNone);
  Fragment fragment;
  // Nothing says where the next fragment starts once one header is bad.
  for (std::uint64_t offset = stop_.bad_offset; offset < log_.size(); ++offset) {
    if (RoomInBlock(offset) < kLogHeaderSize || log_.size() - offset < kLogHeaderSize) continue;
    // Spares most checksums, which would cost half a block each.
    if (!IsKnownType(static_cast<unsigned char>(log_[offset + kLogHeaderSize - 1]))) continue;
    if (ParseFragment(offset, &fragment) == LogStopReason::kNone) return true;
  }
  return false;
}

bool LogReader::OnlyZeroesFollow() const {
  HARROW_CHECK(stop_.reason != LogStopReason::kNone);
  return log_.find_first_not_of('\0', stop_.good_size) == std::string_view::npos;
}

std::uint64_t LogReader::ResumeOffset() const {
  HARROW_CHECK(stop_.reason != LogStopReason::kNone);
  const std::uint64_t offset = stop_.bad_offset;
  if (stop_.reason == LogStopReason::kUnexpectedStart) return offset;
  const bool whole_header = RoomInBlock(offset) >= kLogHeaderSize && offset <= log_.size() &&
                            log_.size() - offset >= kLogHeaderSize;
  if (whole_header && stop_.reason != LogStopReason::kZeroes) {
    const std::size_t size = DecodeFixed32(log_.data() + offset + 3) >> 8 & 0xffff;
    const std::uint64_t next = SkipTrailer(offset + kLogHeaderSize + size);
    Fragment fragment;
    // An orphan is whole itself: what comes behind it is judged by the next reader.
    if (stop_.reason == LogStopReason::kUnexpectedPart ||
        (size <= RoomInBlock(offset) - kLogHeaderSize &&
         ParseFragment(next, &fragment) == LogStopReason::kNone)) {
      return std::min<std::uint64_t>(next, log_.size());
    }
  }
  return std::min<std::uint64_t>(offset + RoomInBlock(offset), log_.size());
}

absl::Status LogReader::StopStatus(std::string_view log_name) const {
  HARROW_CHECK(stop_.reason != LogStopReason::kNone);
  return absl::DataLossError(absl::StrCat(absl::string_view(log_name.data(), log_name.size()), ": ",
                                          LogStopReasonName(stop_.reason), " at offset ",
                                          stop_.bad_offset, " of ", stop_.size,
                                          "; the records end at offset ", stop_.good_size));
}

}  // namespace harrow::engine
