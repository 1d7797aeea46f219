// One row for each profile; everything else reads the fields.
#include "sim/disk/profile.h"

#include <array>

#include "sim/disk/check.h"

namespace harrow::disk {
namespace {

constexpr std::array kProfiles = {
    Profile{.name = ProfileName::kStrict,
            .fsync_persists_own_name = false,
            .fsync_persists_earlier_metadata = false,
            .metadata_in_order = false,
            .appended_garbage_possible = true,
            .torn_sectors = true,
            .data_before_rename = false},
    Profile{.name = ProfileName::kExt4,
            .fsync_persists_own_name = true,
            .fsync_persists_earlier_metadata = true,
            .metadata_in_order = true,
            .appended_garbage_possible = false,
            .torn_sectors = false,
            .data_before_rename = true},
};

constexpr std::array<std::string_view, kProfiles.size()> kNames = {"strict", "ext4"};

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

std::string Describe(const Profile& profile) {
  std::string text = "profile " + std::string(ToText(profile.name)) + "\n";
  text += "  fsync(file): its data and size are durable\n";
  text += profile.fsync_persists_own_name ? "  fsync(file): its own name is durable\n"
                                          : "  fsync(file): its own name may still be lost\n";
  text += profile.fsync_persists_earlier_metadata
              ? "  fsync(file or directory): all earlier metadata operations are durable\n"
              : "  fsync(file): no other metadata; fsync(directory): the names in it\n";
  text += profile.metadata_in_order
              ? "  pending metadata operations: a prefix survives\n"
              : "  pending metadata operations: any subset survives, each atomic\n";
  text += "  rename over an existing name: old or new, never absent\n";
  text += profile.torn_sectors ? "  unsynced data: any subset of 512-byte sectors survives\n"
                               : "  unsynced data: any subset of 4096-byte pages survives\n";
  text += profile.appended_garbage_possible ? "  gaps in unsynced appended data: zeros or garbage\n"
                                            : "  gaps in unsynced appended data: zeros\n";
  text += profile.data_before_rename
              ? "  rename onto an existing name: the file's earlier data survives with it\n"
              : "  rename onto an existing name: unordered with the file's data\n";
  text +=
      "  truncate, O_TRUNC: pending; those of one file in order; data written later survives "
      "only with them\n";
  return text;
}

}  // namespace harrow::disk
