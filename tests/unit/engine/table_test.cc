#include "engine/table.h"

#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "engine/block_builder.h"
#include "engine/crc32c.h"
#include "engine/table_builder.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

struct InternalLess {
  bool operator()(const std::string& a, const std::string& b) const {
    return CompareInternalKey(a, b) < 0;
  }
};
using Model = std::map<std::string, std::string, InternalLess>;

std::string Key(std::string_view user_key, SequenceNumber sequence,
                ValueType type = ValueType::kValue) {
  std::string key;
  AppendInternalKey(&key, {user_key, sequence, type});
  return key;
}

Model RandomModel(std::size_t count, std::size_t value_size_max) {
  std::mt19937 random(static_cast<unsigned>(count));
  Model model;
  for (SequenceNumber sequence = 1; model.size() < count; ++sequence) {
    const std::string user_key = "key" + std::to_string(random() % count);
    const bool put = random() % 5 != 0;
    const std::string value(put ? random() % (value_size_max + 1) : 0, 'v');
    model[Key(user_key, sequence, put ? ValueType::kValue : ValueType::kDeletion)] =
        value.empty() ? value : value + std::to_string(sequence);
  }
  return model;
}

struct TableKind {
  const char* name;
  CompressionType compression;
  bool filters;
  bool map;
  std::size_t cache_capacity;  // 0: no cache
};

class TableTest : public testing::TestWithParam<TableKind> {
 protected:
  TableOptions Options() const {
    TableOptions options;
    options.block_size = 256;
    options.compression = GetParam().compression;
    if (GetParam().filters) options.filter_policy = NewBloomFilterPolicy(10);
    options.allow_mmap_reads = GetParam().map;
    if (GetParam().cache_capacity > 0) {
      options.block_cache = NewLruBlockCache(GetParam().cache_capacity);
    }
    return options;
  }

  void Build(const Model& model) {
    absl::StatusOr<AppendFile> file = AppendFile::Create(path_);
    ASSERT_TRUE(file.ok());
    TableBuilder builder(Options(), &*file);
    for (const auto& [key, value] : model) ASSERT_TRUE(builder.Add(key, value).ok());
    EXPECT_EQ(builder.EntryCount(), model.size());
    ASSERT_TRUE(builder.Finish().ok());
    EXPECT_EQ(builder.FileSize(), file->size());
  }

  std::string Bytes() const { return *ReadFile(path_); }
  void SetBytes(const std::string& bytes) const {
    // A new file each time: some file systems write a truncated one to the disk at once.
    ASSERT_TRUE(RemoveFile(path_).ok());
    std::ofstream(path_, std::ios::binary) << bytes;
  }

  absl::StatusOr<std::shared_ptr<Table>> Open() const {
    absl::StatusOr<RandomAccessFile> file = RandomAccessFile::Open(path_);
    if (!file.ok()) return file.status();
    return Table::Open(*std::move(file), Options());
  }

  static std::string Get(const Table& table, std::string_view key, SequenceNumber sequence) {
    std::string value = "unchanged";
    const absl::StatusOr<LookupResult> result =
        table.Get(ReadOptions(), LookupKey(key, sequence), &value);
    if (!result.ok()) return result.status().ToString();
    if (*result == LookupResult::kFound) return value;
    EXPECT_EQ(value, "unchanged");
    return *result == LookupResult::kDeleted ? "(deleted)" : "(absent)";
  }

  const ScratchDirectory directory_;
  const std::string path_ = directory_.File("table");
};

constexpr CompressionType kNone = CompressionType::kNoCompression;
constexpr CompressionType kSnappy = CompressionType::kSnappyCompression;

INSTANTIATE_TEST_SUITE_P(Kinds, TableTest,
                         testing::Values(TableKind{"Read", kNone, false, false, 0},
                                         TableKind{"ReadCached", kNone, false, false, 8 << 10},
                                         TableKind{"Mapped", kNone, false, true, 1 << 20},
                                         TableKind{"Filters", kNone, true, true, 0},
                                         TableKind{"Snappy", kSnappy, false, true, 8 << 10},
                                         TableKind{"SnappyFilters", kSnappy, true, false, 1 << 20}),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_P(TableTest, AgreesWithAMapInEveryDirection) {
  for (const std::size_t count : {0U, 1U, 2U, 50U, 3000U}) {
    SCOPED_TRACE(count);
    const Model model = RandomModel(count, 100);
    Build(model);
    const auto table = Open();
    ASSERT_TRUE(table.ok()) << table.status();
    const std::unique_ptr<Iterator> iterator = (*table)->NewIterator(ReadOptions());
    EXPECT_FALSE(iterator->Valid());
    iterator->SeekToFirst();
    for (const auto& [key, value] : model) {
      ASSERT_TRUE(iterator->Valid());
      ASSERT_EQ(iterator->key(), key);
      ASSERT_EQ(iterator->value(), value);
      iterator->Next();
    }
    EXPECT_FALSE(iterator->Valid());
    iterator->SeekToLast();
    for (auto pair = model.rbegin(); pair != model.rend(); ++pair) {
      ASSERT_TRUE(iterator->Valid());
      ASSERT_EQ(iterator->key(), pair->first);
      iterator->Prev();
    }
    EXPECT_FALSE(iterator->Valid());
    EXPECT_TRUE(iterator->status().ok());
  }
}

TEST_P(TableTest, SeeksThenWalksAsAMapDoes) {
  const Model model = RandomModel(500, 60);
  Build(model);
  const auto table = Open();
  ASSERT_TRUE(table.ok());
  const std::unique_ptr<Iterator> iterator = (*table)->NewIterator(ReadOptions());
  std::mt19937 random(2);
  for (int i = 0; i < 2000; ++i) {
    const std::string target = Key("key" + std::to_string(random() % 600), random() % 700);
    auto expected = model.lower_bound(target);
    iterator->Seek(target);
    for (int step = 0; expected != model.end() && step < 8; ++step) {
      ASSERT_TRUE(iterator->Valid());
      ASSERT_EQ(iterator->key(), expected->first);
      if (random() % 2 == 0) {
        iterator->Next();
        ++expected;
      } else {
        iterator->Prev();
        if (expected == model.begin()) break;
        --expected;
      }
    }
    if (expected == model.end()) {
      ASSERT_FALSE(iterator->Valid());
    }
  }
}

TEST_P(TableTest, GetSeesTheNewestChangeAtOrBeforeItsSequence) {
  const Model model = RandomModel(400, 60);
  Build(model);
  const auto table = Open();
  ASSERT_TRUE(table.ok());
  for (int n = 0; n < 410; ++n) {
    const std::string user_key = "key" + std::to_string(n);
    for (SequenceNumber sequence = 0; sequence < 420; sequence += 7) {
      std::string expected = "(absent)";
      const auto pair = model.lower_bound(Key(user_key, sequence));
      ParsedInternalKey parsed;
      if (pair != model.end() && ParseInternalKey(pair->first, &parsed) &&
          parsed.user_key == user_key) {
        expected = parsed.type == ValueType::kDeletion ? "(deleted)" : pair->second;
      }
      ASSERT_EQ(Get(**table, user_key, sequence), expected);
    }
  }
}

TEST_P(TableTest, LargeTablesAndValuesSpanManyAppends) {
  Model model;
  for (int i = 0; i < 300; ++i) {
    model[Key("k" + std::to_string(i), 1)] = std::string(static_cast<std::size_t>(i) * 10, 'x');
  }
  model[Key("huge", 1)] = std::string(300000, 'h');
  Build(model);
  const auto table = Open();
  ASSERT_TRUE(table.ok());
  EXPECT_EQ((*table)->file_size(), Bytes().size());
  EXPECT_EQ(Get(**table, "huge", 1), std::string(300000, 'h'));
  EXPECT_EQ(Get(**table, "k299", 1), std::string(2990, 'x'));
  EXPECT_EQ(Get(**table, "k3000", 1), "(absent)");
}

TEST_P(TableTest, IteratorKeepsTheTableAlive) {
  Build(RandomModel(50, 20));
  std::unique_ptr<Iterator> iterator;
  {
    const auto table = Open();
    ASSERT_TRUE(table.ok());
    iterator = (*table)->NewIterator(ReadOptions());
  }
  std::size_t count = 0;
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) ++count;
  EXPECT_EQ(count, 50U);
}

// Opens the damaged table and reads it in every way. Each answer is right or is DataLoss.
void ExpectRightOrDataLoss(const absl::StatusOr<std::shared_ptr<Table>>& table,
                           const Model& model) {
  if (!table.ok()) {
    ASSERT_EQ(table.status().code(), absl::StatusCode::kDataLoss);
    return;
  }
  const std::unique_ptr<Iterator> iterator = (*table)->NewIterator(ReadOptions());
  iterator->SeekToFirst();
  auto pair = model.begin();
  for (; iterator->Valid(); iterator->Next(), ++pair) {
    ASSERT_TRUE(pair != model.end());
    ASSERT_EQ(iterator->key(), pair->first);
    ASSERT_EQ(iterator->value(), pair->second);
  }
  if (iterator->status().ok()) {
    ASSERT_TRUE(pair == model.end());
  } else {
    ASSERT_EQ(iterator->status().code(), absl::StatusCode::kDataLoss);
  }
  iterator->SeekToLast();
  auto reverse = model.rbegin();
  for (; iterator->Valid(); iterator->Prev(), ++reverse) ASSERT_EQ(iterator->key(), reverse->first);
  if (iterator->status().ok()) {
    ASSERT_TRUE(reverse == model.rend());
  }
  for (const auto& [key, value] : model) {
    std::string found;
    ParsedInternalKey parsed;
    ASSERT_TRUE(ParseInternalKey(key, &parsed));
    const auto result =
        (*table)->Get(ReadOptions(), LookupKey(parsed.user_key, parsed.sequence), &found);
    if (!result.ok()) {
      ASSERT_EQ(result.status().code(), absl::StatusCode::kDataLoss);
    } else if (parsed.type == ValueType::kDeletion) {
      ASSERT_EQ(*result, LookupResult::kDeleted);
    } else {
      ASSERT_EQ(*result, LookupResult::kFound);
      ASSERT_EQ(found, value);
    }
  }
}

TEST_P(TableTest, EveryFlippedByteGivesDataLossOrTheRightData) {
  const Model model = RandomModel(40, 30);
  Build(model);
  const std::string bytes = Bytes();
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    for (const unsigned mask : {0x01U, 0x80U}) {
      SCOPED_TRACE(testing::Message() << "byte " << at << " xor " << mask);
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ mask);
      SetBytes(damaged);
      ExpectRightOrDataLoss(Open(), model);
    }
  }
}

TEST_P(TableTest, EveryTruncationIsDataLossAtOpen) {
  Build(RandomModel(40, 30));
  const std::string bytes = Bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    SetBytes(bytes.substr(0, size));
    ASSERT_EQ(Open().status().code(), absl::StatusCode::kDataLoss) << size;
  }
}

TEST_P(TableTest, HandlesThatOverflowAreDataLoss) {
  Build(RandomModel(4, 30));
  const std::string bytes = Bytes();
  for (const std::uint64_t number :
       {std::uint64_t{0}, std::uint64_t{bytes.size()},
        std::uint64_t{bytes.size() - Footer::kEncodedSize - 4}, UINT64_MAX, UINT64_MAX - 4}) {
    for (const BlockHandle& handle :
         {BlockHandle{number, 10}, BlockHandle{number, 1 << 30}, BlockHandle{10, number}}) {
      std::string damaged = bytes.substr(0, bytes.size() - Footer::kEncodedSize);
      Footer{{0, 0}, handle}.AppendTo(&damaged);
      SetBytes(damaged);
      EXPECT_EQ(Open().status().code(), absl::StatusCode::kDataLoss);
    }
  }
}

TEST_P(TableTest, UnknownCompressionsAndBadSnappyAreDataLoss) {
  Build({{Key("k", 1), "v"}});
  std::string bytes = Bytes();
  // The first block: one entry, one restart, its count.
  const std::size_t size = 3 + 9 + 1 + 8;
  for (const char type : {'\x01', '\x02', '\xff'}) {
    bytes[size] = type;
    EncodeFixed32(bytes.data() + size + 1, crc32c::Mask(crc32c::Value(bytes.data(), size + 1)));
    SetBytes(bytes);
    const auto table = Open();
    ASSERT_TRUE(table.ok()) << table.status();
    std::string value;
    EXPECT_EQ((*table)->Get(ReadOptions(), LookupKey("k", 1), &value).status().code(),
              absl::StatusCode::kDataLoss);
    const std::unique_ptr<Iterator> iterator = (*table)->NewIterator(ReadOptions());
    iterator->SeekToFirst();
    EXPECT_FALSE(iterator->Valid());
    EXPECT_EQ(iterator->status().code(), absl::StatusCode::kDataLoss);
  }
}

// What LevelDB's page on the format allows of an index key: at or after the block's last, before the next one's first.
TEST(TableIndexKeyTest, MayLieBetweenTwoEntriesOfOneUserKey) {
  const ScratchDirectory directory;
  std::string bytes;
  BlockBuilder index(1);
  const auto add_block = [&](const std::string& key, const std::string& index_key) {
    BlockBuilder block(16);
    block.Add(key, "value");
    const std::string contents(block.Finish());
    std::string handle;
    BlockHandle{bytes.size(), contents.size()}.AppendTo(&handle);
    AppendStoredBlock(&bytes, {CompressionType::kNoCompression, contents});
    index.Add(index_key, handle);
  };
  add_block(Key("a", 9), Key("b", 5));
  add_block(Key("b", 3), Key("b", 3));
  add_block(Key("b", 2, ValueType::kDeletion), Key("c", 7));
  BlockBuilder none(1);
  Footer footer;
  for (const auto& [builder, handle] :
       {std::pair(&none, &footer.metaindex), {&index, &footer.index}}) {
    const std::string contents(builder->Finish());
    *handle = {bytes.size(), contents.size()};
    AppendStoredBlock(&bytes, {CompressionType::kNoCompression, contents});
  }
  footer.AppendTo(&bytes);
  std::ofstream(directory.File("table"), std::ios::binary) << bytes;
  const auto table = Table::Open(*RandomAccessFile::Open(directory.File("table")), TableOptions());
  ASSERT_TRUE(table.ok()) << table.status();
  const auto look_up = [&table](std::string_view key, SequenceNumber sequence) {
    std::string value;
    return *(*table)->Get(ReadOptions(), LookupKey(key, sequence), &value);
  };
  EXPECT_EQ(look_up("b", 6), LookupResult::kFound);
  EXPECT_EQ(look_up("b", 3), LookupResult::kFound);
  EXPECT_EQ(look_up("b", 2), LookupResult::kDeleted);
  EXPECT_EQ(look_up("b", 1), LookupResult::kAbsent);
  EXPECT_EQ(look_up("a", 9), LookupResult::kFound);
  EXPECT_EQ(look_up("a", 8), LookupResult::kAbsent);
  EXPECT_EQ(look_up("c", 8), LookupResult::kAbsent);
}

// A filter that says no to everything shows whether it is asked.
class NoKeyPolicy final : public FilterPolicy {
 public:
  explicit NoKeyPolicy(std::string name) : name_(std::move(name)) {}
  std::string_view Name() const override { return name_; }
  void CreateFilter(std::span<const std::string_view> keys, std::string* to) const override {
    to->append(keys.size(), 'n');
  }
  bool KeyMayMatch(std::string_view, std::string_view filter) const override {
    return filter.find_first_not_of('n') != std::string_view::npos;
  }

 private:
  const std::string name_;
};

class TableFilterTest : public testing::Test {
 protected:
  void SetUp() override {
    absl::StatusOr<AppendFile> file = AppendFile::Create(path_);
    ASSERT_TRUE(file.ok());
    TableOptions options;
    options.filter_policy = std::make_shared<NoKeyPolicy>("no");
    TableBuilder builder(options, &*file);
    ASSERT_TRUE(builder.Add(Key("key", 1), "value").ok());
    ASSERT_TRUE(builder.Finish().ok());
  }

  absl::StatusOr<LookupResult> GetWith(std::shared_ptr<const FilterPolicy> policy) {
    absl::StatusOr<RandomAccessFile> file = RandomAccessFile::Open(path_);
    if (!file.ok()) return file.status();
    TableOptions options;
    options.filter_policy = std::move(policy);
    const absl::StatusOr<std::shared_ptr<Table>> table = Table::Open(*std::move(file), options);
    if (!table.ok()) return table.status();
    std::string value;
    return (*table)->Get(ReadOptions(), LookupKey("key", 1), &value);
  }

  const ScratchDirectory directory_;
  const std::string path_ = directory_.File("table");
};

TEST_F(TableFilterTest, IsAskedUnderItsNameOnly) {
  EXPECT_EQ(*GetWith(std::make_shared<NoKeyPolicy>("no")), LookupResult::kAbsent);
  EXPECT_EQ(*GetWith(std::make_shared<NoKeyPolicy>("na")), LookupResult::kFound);
  EXPECT_EQ(*GetWith(std::make_shared<NoKeyPolicy>("no2")), LookupResult::kFound);
  EXPECT_EQ(*GetWith(NewBloomFilterPolicy(10)), LookupResult::kFound);
  EXPECT_EQ(*GetWith(nullptr), LookupResult::kFound);
}

TEST_F(TableFilterTest, IsLeftOutWhenDamaged) {
  std::string bytes = *ReadFile(path_);
  const std::size_t filter = bytes.find('n');
  ASSERT_NE(filter, std::string::npos);
  bytes[filter] = 'x';
  std::ofstream(path_, std::ios::binary) << bytes;
  EXPECT_EQ(*GetWith(std::make_shared<NoKeyPolicy>("no")), LookupResult::kFound);
}

TEST(TableBuilder, FailedAppendStaysAndAbandonEnds) {
  absl::StatusOr<AppendFile> file = AppendFile::Create("/dev/full");
  ASSERT_TRUE(file.ok());
  TableOptions options;
  options.compression = CompressionType::kNoCompression;
  TableBuilder builder(options, &*file);
  ASSERT_TRUE(builder.Add(Key("a", 1), "small").ok());
  const absl::Status failure = builder.Add(Key("b", 1), std::string(100000, 'x'));
  EXPECT_EQ(failure.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(builder.Add(Key("c", 1), ""), failure);
  EXPECT_EQ(builder.Finish(), failure);
  TableBuilder other(options, &*file);
  EXPECT_TRUE(other.Add(Key("a", 1), "").ok());
  other.Abandon();
}

}  // namespace
}  // namespace harrow::engine
