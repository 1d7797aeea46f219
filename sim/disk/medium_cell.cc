#include "sim/disk/medium_cell.h"

#include "sim/disk/check.h"

namespace harrow::disk {
namespace {

constexpr std::string_view kAppended = "unsynced appended data";
constexpr std::string_view kOverwritten = "unsynced overwrite in place";
constexpr std::string_view kPendingRow = "pending metadata operations";
constexpr std::string_view kOwnName = "fsync(file) makes its own name durable";
constexpr std::string_view kEarlier = "fsync(file) makes other earlier metadata operations durable";
constexpr std::string_view kDirectory = "fsync(directory)";
constexpr std::string_view kDataAndRename =
    "data before a later rename of the same file onto an existing name";
constexpr std::string_view kRename = "rename over an existing name";
constexpr std::string_view kTornRow = "a sector that is being written may be torn at any byte";
constexpr std::string_view kInOrderRow = "the state after one of the calls since the last fsync";
constexpr std::string_view kFallBack =
    "a power loss may fall back to the state that any earlier fsync";
constexpr std::string_view kContent = "cached content";
constexpr std::string_view kDiskSize = "size on disk";
constexpr std::string_view kOtherPages = "other pages of the same call";
constexpr std::string_view kTold = "who gets the error";
constexpr std::string_view kBackground = "Writeback may also fail in the background";
constexpr std::string_view kImages = "Crash images";

constexpr std::array<MediumCellText, kMediumCellCount> kTexts = {{
    {"fsync(file) makes its data and size durable", "made durable"},
    {kOwnName, "made durable"},
    {kOwnName, "with what it depends on, pulled forward"},
    {kOwnName, "lost, though the file was synced"},
    {kEarlier, "made durable"},
    {kEarlier, "lost, though a file was synced after them"},
    {kDirectory, "the names in it made durable"},
    {kDirectory, "what is not in it as well"},
    {kDirectory, "lost with its own name"},
    {kPendingRow, "none survived"},
    {kPendingRow, "all survived"},
    {kPendingRow, "a prefix survived"},
    {kPendingRow, "a subset that is no prefix survived"},
    {kRename, "new"},
    {kRename, "old"},
    {kAppended, "kept"},
    {kAppended, "lost, the size is the old one"},
    {kAppended, "lost in part, the size is between"},
    {kAppended, "zeros stand there"},
    {kAppended, "garbage stands there"},
    {kAppended, "a page torn at sectors"},
    {kAppended, "a page is there behind one that is not"},
    {kDataAndRename, "the new name with its data"},
    {kDataAndRename, "the new name without its data"},
    {kOverwritten, "new"},
    {kOverwritten, "old"},
    {kOverwritten, "a page old and new by sectors"},
    {"O_TRUNC", "survived"},
    {"O_TRUNC", "lost"},
    {"O_TRUNC", "what was written after it lost with it"},
    {"size change", "growth survived"},
    {"size change", "growth lost"},
    {kTornRow, "its first bytes new"},
    {kTornRow, "its last bytes new"},
    {kInOrderRow, "after the last call"},
    {kInOrderRow, "after an earlier call"},
    {"everything that reached write() is there", "while something was pending"},
    {kFallBack, "fell back to a sync"},
    {kFallBack, "fell back to the start of the life"},
    {"Between two processes there is time enough to write everything", "written"},
    {"dirty marks", "cleared: a later fsync succeeded without them"},
    {kContent, "read after the failure"},
    {kContent, "gone in a power loss"},
    {kContent, "went back to what was synced last"},
    {kContent, "the next write left a hole"},
    {kDiskSize, "the new one"},
    {kDiskSize, "the old one"},
    {kDiskSize, "the lost range reads as zeros"},
    {kDiskSize, "the lost range reads as old bytes"},
    {kOtherPages, "all written"},
    {kOtherPages, "some written"},
    {kOtherPages, "none written"},
    {kTold, "this call"},
    {kTold, "another descriptor open then"},
    {kTold, "the first one opened later"},
    {kTold, "the next fsync of the file"},
    {kBackground, "failed"},
    {kBackground, "the next fsync reported it"},
    {"After ENOSPC space may come back", "came back"},
    {"failed directory fsync", "the names stay pending"},
    {kImages, "drop all that is unsynced"},
    {kImages, "keep all"},
    {kImages, "names kept and data dropped"},
    {kImages, "the last write torn"},
    {kImages, "one pending operation left out"},
    {kImages, "zero pages in the tail"},
    {kImages, "a random prefix of metadata with random pages"},
    {kImages, "full enumeration"},
}};

// Decided when a power loss leaves what the rules allow for each pending thing.
bool OfPendingLoss(MediumCell cell) {
  switch (cell) {
    case MediumCell::kOwnNameLost:
    case MediumCell::kEarlierLost:
    case MediumCell::kDirectoryNameLost:
      return true;
    default:
      return (cell >= MediumCell::kNoOperation && cell <= MediumCell::kLastBytesNew) ||
             cell >= MediumCell::kImageNone;
  }
}

std::string_view WhyNotSynced(MediumCell cell, const Profile& profile) {
  const bool names = profile.sync_scope != SyncScope::kData;
  switch (cell) {
    case MediumCell::kSyncedOwnName:
      return names ? "" : "no";
    case MediumCell::kOwnNameLost:
    case MediumCell::kDirectoryNameLost:
      return names ? "durable" : "";
    case MediumCell::kPulledForward:
      return profile.sync_scope == SyncScope::kOwnNames ? "" : names ? "all earlier" : "no";
    case MediumCell::kSyncedEarlier:
      return profile.sync_scope == SyncScope::kEarlier ? "" : "no";
    case MediumCell::kDirectorySyncedMore:
      return names ? "" : "no";
    default:
      return "";
  }
}

std::string_view WhyNotLeft(MediumCell cell, const Profile& profile) {
  const bool sectors =
      profile.data_unit == DataUnit::kSector || profile.data_unit == DataUnit::kByte;
  const bool extents = profile.data_unit == DataUnit::kExtent;
  switch (cell) {
    case MediumCell::kSubset:
      return profile.metadata_in_order ? "a prefix" : "";
    case MediumCell::kAppendZeros:
    case MediumCell::kAppendOutOfOrder:
      return extents ? "extents" : "";
    case MediumCell::kAppendGarbage:
      return profile.garbage_in_gaps ? "" : extents ? "extents" : "zeros";
    case MediumCell::kAppendTorn:
    case MediumCell::kOverwriteTorn:
      return sectors ? "" : extents ? "extents" : "pages";
    case MediumCell::kDataWithRename:
      return profile.data_before_rename ? "" : "unordered";
    case MediumCell::kRenameWithoutData:
      return profile.data_before_rename ? "data first" : "";
    case MediumCell::kFirstBytesNew:
    case MediumCell::kLastBytesNew:
      return profile.data_unit == DataUnit::kByte ? "" : "atomic";
    case MediumCell::kImageNone:
      return profile.loss == LossRule::kEpoch ? "falls back" : "";
    default:
      return "";
  }
}

std::string_view WhyNotFailed(MediumCell cell, const Profile& profile) {
  const bool reverts = profile.failed_sync == FailedSyncRule::kRevertsCache;
  const bool later = profile.failed_sync == FailedSyncRule::kReportsLater;
  switch (cell) {
    case MediumCell::kGoneWithCache:
      if (profile.MachineStaysUp()) return "no power loss";
      [[fallthrough]];
    case MediumCell::kStaysReadable:
    case MediumCell::kLostOld:
      return reverts ? "goes back" : "";
    case MediumCell::kGoesBack:
    case MediumCell::kHole:
      return reverts ? "" : "stays";
    case MediumCell::kSizeNew:
    case MediumCell::kLostZeros:
      return reverts ? "the old one" : "";
    case MediumCell::kPagesAll:
    case MediumCell::kPagesSome:
      return reverts ? "none" : "";
    case MediumCell::kPagesNone:
      return later ? "all but one" : "";
    case MediumCell::kToldThisCall:
      return later ? "the next" : "";
    case MediumCell::kToldOther:
      return later ? "the next" : reverts ? "this call" : "";
    case MediumCell::kToldNext:
      return later ? "" : "this call";
    default:
      return "";
  }
}

}  // namespace

MediumCellText TextOf(MediumCell cell) { return kTexts[static_cast<std::size_t>(cell)]; }

std::string ToText(MediumCell cell) {
  const MediumCellText text = TextOf(cell);
  return std::string(text.row) + ": " + std::string(text.outcome);
}

std::string_view WhyNever(MediumCell cell, const Profile& profile) {
  DISK_CHECK(cell < MediumCell::kCellKinds);
  switch (cell) {
    case MediumCell::kNothingLost:
      return profile.MachineStaysUp() ? "" : "a power loss";
    case MediumCell::kLastCall:
    case MediumCell::kEarlierCall:
      return profile.loss == LossRule::kInOrder ? ""
             : profile.MachineStaysUp()         ? "no power loss"
                                                : "by item";
    case MediumCell::kEarlierSync:
    case MediumCell::kStartOfLife:
    case MediumCell::kWrittenBetween:
      return profile.SyncsHold() ? "syncs hold" : "";
    default:
      break;
  }
  if (OfPendingLoss(cell) && profile.MachineStaysUp()) return "no power loss";
  if (OfPendingLoss(cell) && profile.loss == LossRule::kInOrder) return "in order";
  if (cell < MediumCell::kNoOperation) return WhyNotSynced(cell, profile);
  return cell < MediumCell::kMarksCleared || cell >= MediumCell::kImageNone
             ? WhyNotLeft(cell, profile)
             : WhyNotFailed(cell, profile);
}

}  // namespace harrow::disk
