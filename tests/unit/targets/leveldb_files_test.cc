// Directories put together file by file, with the manifest that says what is needed.

#include "sim/targets/leveldb_files.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/crc32c.h"
#include "engine/log_format.h"
#include "engine/version_edit.h"
#include "sim/disk/image.h"

namespace harrow::targets {
namespace {

using engine::VersionEdit;

// A record of one fragment, as the grammar of log_format.h has it.
std::string Record(const VersionEdit& edit) {
  std::string payload;
  edit.AppendTo(&payload);
  std::string typed(1, static_cast<char>(engine::FragmentType::kFull));
  typed += payload;
  const std::uint32_t crc = engine::crc32c::Mask(engine::crc32c::Value(typed.data(), typed.size()));
  std::string record;
  for (int byte = 0; byte < 4; ++byte) record += static_cast<char>(crc >> (8 * byte));
  record += static_cast<char>(payload.size() & 0xff);
  record += static_cast<char>(payload.size() >> 8);
  return record + typed;
}

VersionEdit Edit(std::uint64_t log_number, const std::vector<std::uint64_t>& added,
                 const std::vector<std::uint64_t>& removed) {
  VersionEdit edit;
  edit.log_number = log_number;
  for (const std::uint64_t number : added) {
    engine::FileMetaData file;
    file.number = number;
    file.smallest = engine::InternalKey("a", 1, engine::ValueType::kValue);
    file.largest = file.smallest;
    edit.added_files.push_back({0, file});
  }
  for (const std::uint64_t number : removed) edit.removed_files.push_back({0, number});
  return edit;
}

// Tables 4 and 6, and the logs from 7 on; table 5 came and went.
std::string Manifest() { return Record(Edit(3, {4, 5}, {})) + Record(Edit(7, {6}, {5})); }

disk::Image InOrder() {
  return disk::Image()
      .With("db/CURRENT", "MANIFEST-000002\n")
      .With("db/LOCK", "")
      .With("db/LOG", "text")
      .With("db/LOG.old", "text")
      .With("db/MANIFEST-000002", Manifest())
      .With("db/000004.ldb", "table")
      .With("db/000006.sst", "table of an old LevelDB")
      .With("db/000007.log", "")
      .With("db/000009.log", "")
      .With("db/notes.txt", "somebody else's")
      .With("elsewhere/000001.ldb", "another store's");
}

// "-" before what nothing needs, "+" before what is missing.
std::string Misplaced(const disk::Image& image) {
  std::string text;
  for (const models::MisplacedFile& file : MisplacedLevelDbFiles(image, "db")) {
    text += text.empty() ? "" : " ";
    text += file.kind == models::MisplacedFile::Kind::kUnneeded ? "-" : "+";
    text += file.path.substr(3);
  }
  return text;
}

TEST(MisplacedLevelDbFilesTest, NothingIsOutOfPlace) { EXPECT_EQ(Misplaced(InOrder()), ""); }

TEST(MisplacedLevelDbFilesTest, FindsEachKindThatNothingNeeds) {
  EXPECT_EQ(Misplaced(InOrder().With("db/000005.ldb", "table")), "-000005.ldb");
  EXPECT_EQ(Misplaced(InOrder().With("db/000008.ldb", "an output of no edit")), "-000008.ldb");
  EXPECT_EQ(Misplaced(InOrder().With("db/000004.sst", "the same table once more")), "-000004.sst");
  EXPECT_EQ(Misplaced(InOrder().With("db/000003.log", "")), "-000003.log");
  EXPECT_EQ(Misplaced(InOrder().With("db/MANIFEST-000001", Manifest())), "-MANIFEST-000001");
  EXPECT_EQ(Misplaced(InOrder().With("db/000010.dbtmp", "")), "-000010.dbtmp");
}

TEST(MisplacedLevelDbFilesTest, AnOldLogIsNeededWhereTheManifestSaysSo) {
  VersionEdit edit = Edit(7, {}, {});
  edit.previous_log_number = 3;
  const disk::Image image = InOrder().With("db/000003.log", "");
  EXPECT_EQ(Misplaced(image.With("db/MANIFEST-000002", Manifest() + Record(edit))), "");
}

TEST(MisplacedLevelDbFilesTest, FindsWhatIsMissing) {
  EXPECT_EQ(Misplaced(InOrder().Without("db/000004.ldb")), "+000004.ldb");
  EXPECT_EQ(Misplaced(InOrder().Without("db/CURRENT")), "+CURRENT");
  EXPECT_EQ(Misplaced(InOrder().Without("db/000007.log").Without("db/000009.log")), "+000007.log");
  EXPECT_EQ(Misplaced(InOrder().Without("db/MANIFEST-000002")), "+MANIFEST-000002");
}

TEST(MisplacedLevelDbFilesTest, AManifestThatIsNotWholeIsMissing) {
  const std::string cut = Manifest().substr(0, Manifest().size() - 1);
  EXPECT_EQ(Misplaced(InOrder().With("db/MANIFEST-000002", cut)), "+MANIFEST-000002");
  std::string flipped = Manifest();
  flipped.back() = static_cast<char>(flipped.back() ^ 1);
  EXPECT_EQ(Misplaced(InOrder().With("db/MANIFEST-000002", flipped)), "+MANIFEST-000002");
}

TEST(MisplacedLevelDbFilesTest, ATableMayBeBothMissingAndReplacedByANewerOne) {
  const disk::Image image = InOrder().Without("db/000004.ldb").With("db/000011.ldb", "table");
  EXPECT_EQ(Misplaced(image), "-000011.ldb +000004.ldb");
}

}  // namespace
}  // namespace harrow::targets
