// The rules of a file system about what survives a power loss (DISK.md, "Profiles"), as data: each
// row of that table is a field, so that a verdict can print what it depended on.
//
// Threading: values.
#ifndef HARROW_SIM_DISK_PROFILE_H_
#define HARROW_SIM_DISK_PROFILE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace harrow::disk {

enum class ProfileName : std::uint8_t { kStrict, kExt4 };

struct Profile {
  ProfileName name = ProfileName::kExt4;
  bool fsync_persists_own_name = true;
  bool fsync_persists_earlier_metadata = true;
  bool metadata_in_order = true;           // a prefix survives; otherwise any subset
  bool appended_garbage_possible = false;  // gaps may hold garbage rather than zeros
  bool torn_sectors = false;               // a page may tear at 512-byte sectors
  bool data_before_rename = true;          // auto_da_alloc
};

const Profile& GetProfile(ProfileName name);
std::string_view ToText(ProfileName name);  // "strict", "ext4"
std::optional<ProfileName> ParseProfileName(std::string_view text);
std::string Describe(const Profile& profile);  // the rules, one a line, for verdicts

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_PROFILE_H_
