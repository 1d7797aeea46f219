// One row for each profile; everything else reads the fields.
#include "sim/disk/profile.h"

#include <array>

#include "sim/disk/check.h"

namespace harrow::disk {
namespace {

constexpr std::array kProfiles = {
    Profile{.name = ProfileName::kStrict,
            .sync_scope = SyncScope::kData,
            .metadata_in_order = false,
            .data_unit = DataUnit::kSector,
            .garbage_in_gaps = true,
            .data_before_rename = false},
    Profile{.name = ProfileName::kExt4},
    Profile{
        .name = ProfileName::kExt4Writeback, .garbage_in_gaps = true, .data_before_rename = false},
    Profile{.name = ProfileName::kExt4Journal,
            .failed_sync = FailedSyncRule::kReportsLater,
            .loss = LossRule::kInOrder},
    Profile{.name = ProfileName::kXfs, .data_before_rename = false},
    Profile{.name = ProfileName::kBtrfs,
            .sync_scope = SyncScope::kOwnNames,
            .data_unit = DataUnit::kExtent,
            .failed_sync = FailedSyncRule::kRevertsCache},
    Profile{.name = ProfileName::kProcessKill, .loss = LossRule::kNothing},
    Profile{.name = ProfileName::kLying, .loss = LossRule::kEpoch},
    Profile{.name = ProfileName::kUnsafeDevice,
            .sync_scope = SyncScope::kData,
            .metadata_in_order = false,
            .data_unit = DataUnit::kByte,
            .garbage_in_gaps = true,
            .data_before_rename = false},
};

constexpr std::array<std::string_view, kProfiles.size()> kNames = {
    "strict", "ext4",         "ext4-writeback", "ext4-journal", "xfs",
    "btrfs",  "process-kill", "lying",          "unsafe-device"};
static_assert(kProfiles.size() == kAllProfiles.size());

std::string_view SyncScopeText(SyncScope scope) {
  switch (scope) {
    case SyncScope::kData:
      return "  fsync(file): its own name may still be lost\n"
             "  fsync(file): no other metadata; fsync(directory): the names in it\n";
    case SyncScope::kOwnNames:
      return "  fsync(file): its own name is durable, and what that depends on\n"
             "  fsync(file): no other metadata; fsync(directory): the names in it\n";
    case SyncScope::kEarlier:
      return "  fsync(file): its own name is durable\n"
             "  fsync(file or directory): all earlier metadata operations are durable, if it has "
             "anything pending itself\n";
  }
  return "";
}

std::string_view DataUnitText(DataUnit unit) {
  switch (unit) {
    case DataUnit::kByte:
      return "  unsynced data: any subset of 512-byte sectors survives, each torn at any byte\n";
    case DataUnit::kSector:
      return "  unsynced data: any subset of 512-byte sectors survives\n";
    case DataUnit::kPage:
      return "  unsynced data: any subset of 4096-byte pages survives\n";
    case DataUnit::kExtent:
      return "  unsynced data: what was written in a row survives as a whole or not at all\n";
  }
  return "";
}

std::string_view FailedSyncText(FailedSyncRule rule) {
  switch (rule) {
    case FailedSyncRule::kKeepsCache:
      return "  a failed fsync: the pages count as clean and stay readable; each descriptor open "
             "then reports it once\n";
    case FailedSyncRule::kReportsLater:
      return "  a failed fsync: returns OK; the pages count as clean and stay readable; the next "
             "fsync of the file reports it once\n";
    case FailedSyncRule::kRevertsCache:
      return "  a failed fsync: the file is again what was synced last; this call reports it\n";
  }
  return "";
}

// What stands before the rows of the others; empty where they say all.
std::string_view LossText(LossRule rule) {
  switch (rule) {
    case LossRule::kPending:
      return "";
    case LossRule::kNothing:
      return "  the process dies and the machine stays up: nothing that was written is lost\n";
    case LossRule::kInOrder:
      return "  a power loss: the state after one of the operations since the last fsync\n";
    case LossRule::kEpoch:
      return "  fsync returns OK and holds nothing: a power loss may fall back to the state at any "
             "earlier fsync of this life, or else\n";
  }
  return "";
}

}  // namespace

const Profile& GetProfile(ProfileName name) {
  const Profile& profile = kProfiles[static_cast<std::size_t>(name)];
  DISK_CHECK(profile.name == name);
  return profile;
}

std::string_view ToText(ProfileName name) { return kNames[static_cast<std::size_t>(name)]; }

std::optional<ProfileName> ParseProfileName(std::string_view text) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return static_cast<ProfileName>(i);
  }
  return std::nullopt;
}

std::string ProfileNames() {
  std::string text;
  for (const std::string_view name : kNames) {
    if (!text.empty()) text += " ";
    text += name;
  }
  return text;
}

std::string Describe(const Profile& profile) {
  std::string text = "profile " + std::string(ToText(profile.name)) + "\n";
  text += LossText(profile.loss);
  if (profile.MachineStaysUp()) return text + std::string(FailedSyncText(profile.failed_sync));
  text += "  fsync(file): its data and size are durable\n";
  text += SyncScopeText(profile.sync_scope);
  text += profile.metadata_in_order
              ? "  pending metadata operations: a prefix survives\n"
              : "  pending metadata operations: any subset survives, each atomic\n";
  text += "  rename over an existing name: old or new, never absent\n";
  text += DataUnitText(profile.data_unit);
  text += profile.garbage_in_gaps ? "  gaps in unsynced appended data: zeros or garbage\n"
          : profile.data_unit == DataUnit::kExtent
              ? "  gaps in unsynced appended data: none, the file ends before\n"
              : "  gaps in unsynced appended data: zeros\n";
  text += profile.data_before_rename
              ? "  rename onto an existing name: the file's earlier data survives with it\n"
              : "  rename onto an existing name: unordered with the file's data\n";
  text +=
      "  truncate, O_TRUNC: pending; those of one file in order; data written later survives "
      "only with them\n";
  text += FailedSyncText(profile.failed_sync);
  return text;
}

}  // namespace harrow::disk
