#include "engine/write_batch.h"

#include <string>
#include <string_view>

#include "engine/coding.h"
#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

using std::string_literals::operator""s;

class Printer final : public WriteBatch::Handler {
 public:
  void Put(std::string_view key, std::string_view value) override {
    text.append("put ").append(key).append("=").append(value).append(";");
  }
  void Delete(std::string_view key) override { text.append("delete ").append(key).append(";"); }
  std::string text;
};

std::string Print(const WriteBatch& batch) {
  Printer printer;
  const absl::Status status = batch.Iterate(&printer);
  return status.ok() ? printer.text : status.ToString();
}

WriteBatch Example() {
  WriteBatch batch;
  batch.SetSequence(7);
  batch.Put("apple", "red");
  batch.Delete("pear");
  batch.Put("", "");
  return batch;
}

// Damaged, and the handler was not called even once.
void ExpectRefused(std::string_view contents) {
  Printer printer;
  EXPECT_EQ(WriteBatch::IterateContents(contents, &printer).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(printer.text, "");
  EXPECT_EQ(WriteBatch::FromContents(contents).status().code(), absl::StatusCode::kDataLoss);
  WriteBatch batch = Example();
  EXPECT_EQ(batch.SetContents(contents).code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(batch.Contents(), Example().Contents());
}

TEST(WriteBatch, BytesAreAsSpecified) {
  EXPECT_EQ(Example().Contents(),
            "\x07\0\0\0\0\0\0\0"
            "\x03\0\0\0"
            "\x01\x05"
            "apple\x03"
            "red"
            "\0\x04"
            "pear"
            "\x01\0\0"s);
}

TEST(WriteBatch, KeepsOrderAndEmptyStrings) {
  EXPECT_EQ(Print(Example()), "put apple=red;delete pear;put =;");
  EXPECT_EQ(Example().Count(), 3U);
  EXPECT_EQ(Example().Sequence(), 7U);
  EXPECT_EQ(Print(WriteBatch()), "");
}

TEST(WriteBatch, AppendKeepsTheSequenceAndTakesItself) {
  WriteBatch batch = Example();
  WriteBatch other;
  other.SetSequence(1000);
  other.Delete("fig");
  batch.Append(other);
  EXPECT_EQ(batch.Sequence(), 7U);
  batch.Append(batch);
  EXPECT_EQ(batch.Count(), 8U);
  const std::string once = "put apple=red;delete pear;put =;delete fig;";
  EXPECT_EQ(Print(batch), once + once);
}

TEST(WriteBatch, ClearForgetsSequenceAndRecords) {
  WriteBatch batch = Example();
  batch.Clear();
  EXPECT_EQ(batch.Contents(), WriteBatch().Contents());
  EXPECT_EQ(batch.ApproximateSize(), WriteBatch::kHeaderSize);
}

TEST(WriteBatch, ContentsRoundTrip) {
  const absl::StatusOr<WriteBatch> copy = WriteBatch::FromContents(Example().Contents());
  ASSERT_TRUE(copy.ok());
  EXPECT_EQ(copy->Contents(), Example().Contents());
}

TEST(WriteBatch, EveryTruncationIsRefusedBeforeTheFirstRecord) {
  const std::string contents(Example().Contents());
  for (std::size_t size = 0; size < contents.size(); ++size)
    ExpectRefused(contents.substr(0, size));
}

TEST(WriteBatch, WrongCountsAreRefused) {
  for (const std::uint32_t count : {0U, 1U, 2U, 4U, 0xffffffffU}) {
    std::string contents(Example().Contents());
    EncodeFixed32(contents.data() + 8, count);
    ExpectRefused(contents);
  }
}

TEST(WriteBatch, UnknownRecordsTrailingBytesAndHugeSequencesAreRefused) {
  const std::string contents(Example().Contents());
  ExpectRefused(contents + "\0"s);
  std::string unknown = contents;
  unknown[12] = 2;
  ExpectRefused(unknown);
  std::string huge = contents;
  EncodeFixed64(huge.data(), kMaxSequenceNumber - 2);
  ExpectRefused(huge);
  EncodeFixed64(huge.data(), kMaxSequenceNumber + 1);
  ExpectRefused(huge);
  // The last record would have the last number there is.
  EncodeFixed64(huge.data(), kMaxSequenceNumber - 3);
  EXPECT_TRUE(WriteBatch::CheckContents(huge).ok());
}

}  // namespace
}  // namespace harrow::engine
