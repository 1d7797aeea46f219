// A manifest: any bytes are read, or are DataLoss; an edit that is read is written as itself; and the state, written as a manifest of
// its own, reads the same.
#include <optional>
#include <string>

#include "engine/file_name.h"
#include "engine/manifest.h"
#include "engine/version_edit.h"
#include "engine/version_set.h"
#include "tests/fuzz/engine/log_bytes.h"
#include "tests/fuzz/engine/scratch.h"
#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

void CheckEdit(std::string_view record) {
  const absl::StatusOr<engine::VersionEdit> edit = engine::VersionEdit::Decode(record);
  if (!edit.ok()) {
    fuzz::Require(absl::IsDataLoss(edit.status()), "what is no edit is DataLoss");
    return;
  }
  std::string written;
  edit->AppendTo(&written);
  const absl::StatusOr<engine::VersionEdit> again = engine::VersionEdit::Decode(written);
  fuzz::Require(again.ok() && *again == *edit, "what is written is the same edit");
  std::string rewritten;
  again->AppendTo(&rewritten);
  fuzz::Require(rewritten == written, "writing is stable");
}

bool SameTables(const engine::Version& a, const engine::Version& b) {
  for (int level = 0; level < engine::kLevelCount; ++level) {
    if (a.level(level).size() != b.level(level).size()) return false;
    for (std::size_t i = 0; i < a.level(level).size(); ++i) {
      if (*a.level(level)[i] != *b.level(level)[i]) return false;
    }
  }
  return true;
}

void CheckVersion(const engine::Version& version) {
  for (int level = 0; level < engine::kLevelCount; ++level) {
    const engine::FileList& files = version.level(level);
    for (std::size_t i = 0; i < files.size(); ++i) {
      fuzz::Require(Compare(files[i]->smallest, files[i]->largest) <= 0, "a range is one");
      if (i == 0) continue;
      fuzz::Require(level == 0 ? files[i - 1]->number < files[i]->number
                               : Compare(files[i - 1]->largest, files[i]->smallest) < 0,
                    "a level is in order");
    }
  }
}

void CheckRewritten(const engine::ManifestState& state) {
  engine::VersionSet versions(fuzz::ScratchDirectory());
  versions.Adopt(state, state.next_file_number);
  engine::VersionEdit edit;
  edit.log_number = state.log_number;
  fuzz::Require(versions.StartManifest(edit, 2).ok(), "what was read can be written");
  const absl::StatusOr<engine::ManifestState> again =
      engine::ReadManifest(fuzz::ScratchDirectory(), 2);
  fuzz::Require(again.ok(), "what was written can be read");
  fuzz::Require(again->log_number == state.log_number &&
                    again->next_file_number == state.next_file_number &&
                    again->last_sequence == state.last_sequence,
                "the numbers stay");
  fuzz::Require(again->compact_pointers == state.compact_pointers, "the compact pointers stay");
  fuzz::Require(SameTables(*again->version, *state.version), "the tables stay");
}

// A change of a record that is an edit; each of its numbers is a varint, which has no checksum of its own.
void MutateEdit(std::string* record, fuzz::Draw* draw) {
  fuzz::MutateBytes(record);
  absl::StatusOr<engine::VersionEdit> edit = engine::VersionEdit::Decode(*record);
  if (!edit.ok() || !draw->OneIn(3)) return;
  fuzz::Rearrange(&edit->added_files, draw);
  if (draw->OneIn(4)) edit->comparator = "leveldb.BytewiseComparator";
  record->clear();
  edit->AppendTo(record);
}

}  // namespace
}  // namespace harrow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = harrow::fuzz;
  namespace engine = harrow::engine;
  const std::string_view manifest = fuzz::Input(data, size);
  for (const std::string& record : fuzz::SplitRecords(manifest)) harrow::CheckEdit(record);
  fuzz::WriteScratchFile(engine::FormatFileName({engine::FileType::kManifest, 1}), manifest);
  const absl::StatusOr<engine::ManifestState> state =
      engine::ReadManifest(fuzz::ScratchDirectory(), 1);
  if (!state.ok()) {
    fuzz::Require(absl::IsDataLoss(state.status()) || absl::IsFailedPrecondition(state.status()),
                  "what cannot be read is DataLoss, or of another comparator");
    return 0;
  }
  harrow::CheckVersion(*state->version);
  harrow::CheckRewritten(*state);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned int seed) {
  harrow::fuzz::Draw draw(seed);
  std::string manifest(harrow::fuzz::Input(data, size));
  harrow::fuzz::MutateLog(&manifest, &draw, harrow::MutateEdit);
  return harrow::fuzz::Deliver(manifest, data, size, size_max);
}
