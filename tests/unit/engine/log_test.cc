// Writer and reader against each other, and the reader against damaged bytes.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/coding.h"
#include "engine/crc32c.h"
#include "engine/file.h"
#include "engine/log_format.h"
#include "engine/log_reader.h"
#include "engine/log_writer.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

constexpr std::size_t kPayloadMax = kLogBlockSize - kLogHeaderSize;

// Distinct bytes for each record, none of them zero.
std::string Payload(std::size_t index, std::size_t size) {
  std::string payload(size, '\0');
  for (std::size_t i = 0; i < size; ++i) {
    payload[i] = static_cast<char>(1 + (index * 37 + i * 11 + i / 256) % 255);
  }
  return payload;
}

struct Log {
  std::string bytes;
  std::vector<std::string> records;
  std::vector<std::size_t> ends;  // of the records, as offsets
};

// What LogWriter makes of records of these sizes.
Log Write(const std::vector<std::size_t>& sizes) {
  const ScratchDirectory directory;
  const std::string path = directory.File("log");
  absl::StatusOr<AppendFile> file = AppendFile::Create(path);
  HARROW_CHECK(file.ok());
  LogWriter writer(&*file);
  Log log;
  for (const std::size_t size : sizes) {
    log.records.push_back(Payload(log.records.size(), size));
    HARROW_CHECK(writer.AddRecord(log.records.back()).ok());
    HARROW_CHECK(writer.offset() == file->size());
    log.ends.push_back(static_cast<std::size_t>(writer.offset()));
  }
  absl::StatusOr<std::string> bytes = ReadFile(path);
  HARROW_CHECK(bytes.ok());
  log.bytes = *std::move(bytes);
  return log;
}

struct Outcome {
  std::vector<std::string> records;
  LogRead end = LogRead::kRecord;
  LogStop stop;
  bool intact_follows = false;
};

Outcome Read(std::string_view bytes) {
  Outcome outcome;
  LogReader reader(bytes);
  std::string_view record;
  std::string scratch;
  while ((outcome.end = reader.ReadRecord(&record, &scratch)) == LogRead::kRecord) {
    outcome.records.emplace_back(record);
  }
  EXPECT_EQ(reader.ReadRecord(&record, &scratch), outcome.end);  // it stays there
  outcome.stop = reader.stop();
  EXPECT_EQ(outcome.stop.size, bytes.size());
  if (outcome.end == LogRead::kBad) {
    outcome.intact_follows = reader.IntactFragmentFollows();
    EXPECT_EQ(reader.StopStatus("log").code(), absl::StatusCode::kDataLoss);
    EXPECT_GE(outcome.stop.bad_offset, outcome.stop.good_size);
  } else {
    EXPECT_EQ(outcome.stop.reason, LogStopReason::kNone);
  }
  return outcome;
}

std::size_t CompleteAt(const Log& log, std::size_t cut) {
  const auto after = std::upper_bound(log.ends.begin(), log.ends.end(), cut);
  return static_cast<std::size_t>(after - log.ends.begin());
}

void ExpectFirstRecords(const Log& log, std::size_t count, const Outcome& outcome) {
  ASSERT_EQ(outcome.records.size(), count);
  for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(outcome.records[i], log.records[i]) << i;
  EXPECT_EQ(outcome.stop.good_size, count == 0 ? 0 : log.ends[count - 1]);
}

// A cut gives the records before it, and is seen as one unless it is at the end of a record.
void ExpectCutIsATornTail(const Log& log, std::size_t cut) {
  SCOPED_TRACE(cut);
  const Outcome outcome = Read(std::string_view(log.bytes).substr(0, cut));
  const std::size_t count = CompleteAt(log, cut);
  ExpectFirstRecords(log, count, outcome);
  if (cut == (count == 0 ? 0 : log.ends[count - 1])) {
    EXPECT_EQ(outcome.end, LogRead::kEnd);
    return;
  }
  ASSERT_EQ(outcome.end, LogRead::kBad);
  EXPECT_FALSE(outcome.intact_follows);
  const LogStopReason reason = outcome.stop.reason;
  EXPECT_TRUE(reason == LogStopReason::kCutHeader || reason == LogStopReason::kCutPayload ||
              reason == LogStopReason::kCutRecord)
      << LogStopReasonName(reason);
}

void ExpectRoundTrip(const std::vector<std::size_t>& sizes) {
  const Log log = Write(sizes);
  const Outcome outcome = Read(log.bytes);
  ExpectFirstRecords(log, sizes.size(), outcome);
  EXPECT_EQ(outcome.end, LogRead::kEnd);
}

TEST(Log, OneSmallRecordHasTheSpecifiedBytes) {
  const Log log = Write({3});
  std::string covered = "\x01" + log.records[0];
  std::string expected;
  PutFixed32(&expected, crc32c::Mask(crc32c::Value(covered.data(), covered.size())));
  expected += std::string("\x03\x00\x01", 3) + log.records[0];
  EXPECT_EQ(log.bytes, expected);
}

TEST(Log, EveryRestOfABlockWithEverySizeAfterIt) {
  for (std::size_t rest = 0; rest <= 9; ++rest) {
    const std::size_t first = kPayloadMax - rest;
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{100},
          kPayloadMax - 1, kPayloadMax, kPayloadMax + 1, 2 * kPayloadMax, 3 * kPayloadMax + 5}) {
      SCOPED_TRACE(testing::Message() << "rest " << rest << ", then " << size);
      ExpectRoundTrip({first, size, 20});
    }
  }
}

TEST(Log, SevenBytesAtTheEndOfABlockHoldAnEmptyFirstFragment) {
  const Log log = Write({kPayloadMax - 7, 10});
  EXPECT_EQ(log.bytes.substr(kLogBlockSize - 3, 3), std::string("\x00\x00\x02", 3));
  EXPECT_EQ(static_cast<int>(log.bytes[kLogBlockSize + 6]), 4);  // LAST
  // An empty record fits there whole.
  EXPECT_EQ(Write({kPayloadMax - 7, 0}).bytes.size(), kLogBlockSize);
}

TEST(Log, TrailersAreZeroAndCountForTheNextRecord) {
  const Log log = Write({kPayloadMax - 6, 1});
  EXPECT_EQ(log.ends[0], kLogBlockSize - 6);
  EXPECT_EQ(log.bytes.substr(log.ends[0], 6), std::string(6, '\0'));
  EXPECT_EQ(log.ends[1], kLogBlockSize + kLogHeaderSize + 1);
}

TEST(Log, EveryCutOfASmallLog) {
  const Log log = Write({10, 0, 1, 200, 33, 0, 0, 64});
  for (std::size_t cut = 0; cut <= log.bytes.size(); ++cut) ExpectCutIsATornTail(log, cut);
}

TEST(Log, CutsNearEveryBlockAndRecordOfALargeLog) {
  for (std::size_t rest = 0; rest <= 8; ++rest) {
    SCOPED_TRACE(testing::Message() << "rest " << rest);
    const Log log = Write({kPayloadMax - rest, 50, 2 * kLogBlockSize, 40});
    std::vector<std::size_t> centres = log.ends;
    for (std::size_t at = 0; at <= log.bytes.size(); at += kLogBlockSize) centres.push_back(at);
    for (const std::size_t centre : centres) {
      const std::size_t from = centre < 16 ? 0 : centre - 16;
      for (std::size_t cut = from; cut <= std::min(centre + 16, log.bytes.size()); ++cut) {
        ExpectCutIsATornTail(log, cut);
      }
    }
  }
}

TEST(Log, NoFlippedByteGoesUnseenOrHidesEarlierRecords) {
  const Log log = Write({10, 0, 70, 1, 33});
  for (std::size_t at = 0; at < log.bytes.size(); ++at) {
    for (const unsigned mask : {0x01U, 0x80U, 0xffU}) {
      SCOPED_TRACE(testing::Message() << "byte " << at << " xor " << mask);
      std::string bytes = log.bytes;
      bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ mask);
      const Outcome outcome = Read(bytes);
      ASSERT_EQ(outcome.end, LogRead::kBad);
      const std::size_t hit = CompleteAt(log, at);
      ExpectFirstRecords(log, hit, outcome);
      EXPECT_EQ(outcome.intact_follows, hit + 1 < log.records.size());
    }
  }
}

TEST(Log, LostPageInTheMiddleEndsTheLogThoughLaterRecordsAreIntact) {
  const Log log = Write({1000, 6000, 40000, 500, 3000});
  std::string bytes = log.bytes;
  std::fill_n(bytes.begin() + 4096, 4096, '\0');  // within record 1
  const Outcome outcome = Read(bytes);
  EXPECT_EQ(outcome.stop.reason, LogStopReason::kBadChecksum);
  EXPECT_TRUE(outcome.intact_follows);
  ExpectFirstRecords(log, 1, outcome);
}

TEST(Log, ZeroTailIsBadWithNothingBehindIt) {
  const Log log = Write({100, 200});
  for (const std::size_t zeroes : {7U, 8U, 4096U, 70000U}) {
    const Outcome outcome = Read(log.bytes + std::string(zeroes, '\0'));
    EXPECT_EQ(outcome.stop.reason, LogStopReason::kZeroes);
    EXPECT_EQ(outcome.stop.bad_offset, log.bytes.size());
    EXPECT_FALSE(outcome.intact_follows);
    ExpectFirstRecords(log, 2, outcome);
  }
}

TEST(Log, ZeroTailWithinARecordIsNotTheRecord) {
  const Log log = Write({100, 40000});
  std::string bytes = log.bytes;
  std::fill(bytes.begin() + kLogBlockSize, bytes.end(), '\0');  // FIRST is intact, LAST is lost
  const Outcome outcome = Read(bytes);
  EXPECT_EQ(outcome.stop.reason, LogStopReason::kZeroes);
  EXPECT_EQ(outcome.stop.bad_offset, kLogBlockSize);
  ExpectFirstRecords(log, 1, outcome);
}

TEST(Log, FragmentsOutOfOrderAreRefused) {
  const Log parts = Write({kPayloadMax, 2 * kPayloadMax, 9});
  const std::string full = parts.bytes.substr(0, kLogBlockSize);
  const std::string first = parts.bytes.substr(kLogBlockSize, kLogBlockSize);
  const std::string last = parts.bytes.substr(2 * kLogBlockSize, kLogBlockSize);
  EXPECT_EQ(Read(full + last).stop.reason, LogStopReason::kUnexpectedPart);
  EXPECT_EQ(Read(last).stop.reason, LogStopReason::kUnexpectedPart);
  EXPECT_EQ(Read(first + full).stop.reason, LogStopReason::kUnexpectedStart);
  EXPECT_EQ(Read(first + first + last).stop.reason, LogStopReason::kUnexpectedStart);
  const Outcome outcome = Read(full + first + full);
  EXPECT_EQ(outcome.stop.good_size, kLogBlockSize);
  EXPECT_EQ(outcome.stop.bad_offset, 2 * kLogBlockSize);
  EXPECT_TRUE(outcome.intact_follows);
  EXPECT_EQ(Read(first).stop.reason, LogStopReason::kCutRecord);
  EXPECT_EQ(Read(first + last).records.size(), 1U);
}

TEST(Log, UnknownTypesAndLengthsBeyondTheBlockAreRefused) {
  std::string unknown("\0\0\0\0\x01\x00\x05x", 8);
  EncodeFixed32(unknown.data(), crc32c::Mask(crc32c::Value("\x05x", 2)));
  EXPECT_EQ(Read(unknown).stop.reason, LogStopReason::kBadType);
  std::string longer(kLogBlockSize + 100, 'x');
  EncodeFixed32(longer.data() + 3, (0x010000U | (kPayloadMax + 1)) << 8);
  EXPECT_EQ(Read(longer).stop.reason, LogStopReason::kBadLength);
}

TEST(Log, WriterGoesOnAtAnOffset) {
  // Two writers of one log, the second starting within each of the last bytes of the first block.
  for (std::size_t rest = 0; rest <= 8; ++rest) {
    const Log whole = Write({kPayloadMax - rest, 300, 4});
    const ScratchDirectory directory;
    absl::StatusOr<AppendFile> file = AppendFile::Create(directory.File("log"));
    ASSERT_TRUE(file.ok());
    LogWriter writer(&*file, whole.ends[0]);
    ASSERT_TRUE(writer.AddRecord(whole.records[1]).ok());
    ASSERT_TRUE(writer.AddRecord(whole.records[2]).ok());
    EXPECT_EQ(writer.offset(), whole.bytes.size());
    const absl::StatusOr<std::string> bytes = ReadFile(directory.File("log"));
    ASSERT_TRUE(bytes.ok());
    EXPECT_EQ(*bytes, whole.bytes.substr(whole.ends[0]));
  }
}

TEST(Log, WriterRefusesEverythingAfterAFailure) {
  absl::StatusOr<AppendFile> file = AppendFile::Create("/dev/full");
  ASSERT_TRUE(file.ok());
  LogWriter writer(&*file);
  const absl::Status failure = writer.AddRecord("lost");
  EXPECT_EQ(failure.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(writer.offset(), 0U);
  // A file that would take it changes nothing.
  const ScratchDirectory directory;
  absl::StatusOr<AppendFile> healthy = AppendFile::Create(directory.File("log"));
  ASSERT_TRUE(healthy.ok());
  *file = *std::move(healthy);
  EXPECT_EQ(writer.AddRecord("refused"), failure);
  EXPECT_EQ(file->size(), 0U);
}

}  // namespace
}  // namespace harrow::engine
