// The rules of a file system about what survives a power loss (DISK.md, "Profiles"), as data: each
// row of that table is a field, so that a verdict can print what it depended on.
//
//   strict          what POSIX promises and not more
//   ext4            data=ordered, the default of most machines
//   ext4-writeback  data=writeback: blocks may be in a file before what was written to them is
//   ext4-journal    data=journal: everything in the order of the calls
//   xfs             as ext4, but that a rename waits for no data
//   btrfs           copies on write, and a log for each file that is synced
//   process-kill    the process dies, the machine stays up
//   lying           a device that acknowledges syncs, and in a power loss falls back to a state it had earlier
//   unsafe-device   as strict, and a sector that is being written may be torn
//
// Threading: values.
#ifndef HARROW_SIM_DISK_PROFILE_H_
#define HARROW_SIM_DISK_PROFILE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace harrow::disk {

enum class ProfileName : std::uint8_t {
  kStrict,
  kExt4,
  kExt4Writeback,
  kExt4Journal,
  kXfs,
  kBtrfs,
  kProcessKill,
  kLying,
  kUnsafeDevice
};

inline constexpr std::array kAllProfiles = {
    ProfileName::kStrict,      ProfileName::kExt4,  ProfileName::kExt4Writeback,
    ProfileName::kExt4Journal, ProfileName::kXfs,   ProfileName::kBtrfs,
    ProfileName::kProcessKill, ProfileName::kLying, ProfileName::kUnsafeDevice};

// Of the metadata operations that are pending, those that a sync of a file makes durable.
enum class SyncScope : std::uint8_t {
  kData,      // those on the file's size
  kOwnNames,  // and the file's own names, with what they depend on: pulled forward
  kEarlier    // all: the journal commits, if the file has anything pending itself
};

// The unit in which unsynced data arrives or does not.
enum class DataUnit : std::uint8_t {
  kByte,    // a sector that is being written may be torn at any byte
  kSector,  // 512 bytes
  kPage,    // 4096 bytes
  kExtent   // what was dirty in a row: copied on write, old or new as a whole
};

// What a failed sync leaves (DISK.md, "A failed fsync").
enum class FailedSyncRule : std::uint8_t {
  kKeepsCache,  // the marks are cleared, the content stays readable; each open descriptor reports it
  kReportsLater,  // the same, but this call returns OK, and the next sync of the file reports it
  kRevertsCache   // the cache goes back to what was synced last; this call reports it
};

// What a power loss leaves of a state that nothing made durable.
enum class LossRule : std::uint8_t {
  kPending,  // whatever the rules above allow for each pending thing
  kNothing,  // there is none: only the process dies
  kInOrder,  // the state as it was after one of the operations since the last sync
  kEpoch     // as kPending, or the state that one of the syncs of this life was to make durable
};

struct Profile {
  ProfileName name = ProfileName::kExt4;
  SyncScope sync_scope = SyncScope::kEarlier;
  bool metadata_in_order = true;  // a prefix survives; otherwise any subset
  DataUnit data_unit = DataUnit::kPage;
  bool garbage_in_gaps = false;    // appended ranges that were not written: garbage, or zeros
  bool data_before_rename = true;  // onto an existing name: auto_da_alloc
  FailedSyncRule failed_sync = FailedSyncRule::kKeepsCache;
  LossRule loss = LossRule::kPending;

  bool MachineStaysUp() const { return loss == LossRule::kNothing; }
  // What was synced is durable.
  bool SyncsHold() const { return loss != LossRule::kEpoch; }
};

const Profile& GetProfile(ProfileName name);
std::string_view ToText(ProfileName name);  // "strict", "ext4", …
std::optional<ProfileName> ParseProfileName(std::string_view text);
std::string ProfileNames();                    // "strict ext4 …", for messages
std::string Describe(const Profile& profile);  // the rules, one a line, for verdicts

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_PROFILE_H_
