// The inside of Disk: its state, descriptors and counters. Families of calls are in disk_files.cc,
// disk_maps.cc, disk_names.cc, disk_sync.cc and disk_locks.cc.
//
// Threading: one OS thread.
#ifndef HARROW_SIM_DISK_DISK_IMPL_H_
#define HARROW_SIM_DISK_DISK_IMPL_H_

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/disk/disk.h"
#include "sim/disk/disk_state.h"
#include "sim/disk/earlier_images.h"
#include "sim/disk/medium_cell.h"

namespace harrow::disk {

// An open file description.
struct Descriptor {
  InodeNumber inode = kNoInode;  // kNoInode: not open
  int flags = 0;
  std::uint64_t offset = 0;
  std::uint64_t id = 0;            // the owner of its OFD locks
  std::uint32_t error_number = 0;  // the last writeback error it reported, or need not report
  bool opened_late = false;        // after an error that nobody had seen
};

// A range of a file that is mapped shared and writable, and the memory that stands for it.
struct SharedMap {
  InodeNumber inode = kNoInode;
  std::uint64_t offset = 0;
  std::size_t size = 0;
  unsigned char* memory = nullptr;  // the mapper's, as long as the map is
};

// Where a path leads. `error` (-errno) is set when a directory on the way is missing or is none.
struct Found {
  enum class Last : std::uint8_t { kName, kDot, kDotDot, kRoot };
  int error = 0;
  Last last = Last::kRoot;
  bool trailing_slash = false;
  InodeNumber directory = kRootInode;  // the parent; for kDot, kDotDot and kRoot the inode itself
  std::string_view name;               // kName
  InodeNumber inode = kRootInode;      // kNoInode: no such name
};

class Disk::Impl {
 public:
  Impl(const DiskOptions& options, const Image& start);
  Impl(const DiskOptions& options, Impl&& before);

  // disk_files.cc
  ssize_t Pread(const Descriptor& file, void* buffer, std::size_t size, std::uint64_t offset);
  int Map(const Descriptor& file, std::uint64_t offset, std::size_t size, void* to);
  void Unmap(InodeNumber number);

  // disk_maps.cc
  int MapShared(const Descriptor& file, std::uint64_t offset, std::size_t size,
                unsigned char* memory);
  void UnmapShared(const unsigned char* memory);
  // Takes into the cache what was written through maps.
  void TakeMapped();
  // Whether the file is no smaller than what its maps show of it.
  bool CoversMaps(InodeNumber number, std::uint64_t size) const;
  // A write to the file, as its maps have to show it.
  void ShowInMaps(InodeNumber number, std::uint64_t offset, const void* data, std::size_t size);
  ssize_t Write(const Descriptor& file, const void* data, std::size_t size, std::uint64_t offset);
  int Truncate(InodeNumber number, std::uint64_t size);
  int TruncateCall(InodeNumber number, off_t size);
  int Allocate(Descriptor& file, int mode, off_t offset, off_t size);
  off_t Seek(Descriptor& file, off_t offset, int whence);
  void FillStat(InodeNumber number, struct stat* out) const;

  // disk_names.cc
  Found Walk(std::string_view path) const;
  faults::OpKind OpenKind(const Found& found, int flags) const;
  int Open(std::string_view path, int flags, mode_t mode);
  int OpenFound(const Found& found, int flags, mode_t mode);
  int Rename(std::string_view from, std::string_view to);
  int RenameFound(const Found& from, const Found& to);
  int Unlink(std::string_view path);
  int Mkdir(std::string_view path, mode_t mode);
  int Rmdir(std::string_view path);
  int List(std::string_view path, std::vector<std::string>* names) const;

  // disk_sync.cc
  int Sync(Descriptor& file);

  // disk_locks.cc
  int Lock(const Descriptor& file, int operation, struct flock* lock);
  void ReleaseLocks(const Descriptor& file);

  int Close(int fd);

  Descriptor* Opened(int fd) {
    const auto index = static_cast<std::size_t>(fd);
    if (fd < 0 || index >= descriptors.size() || descriptors[index].inode == kNoInode) {
      return nullptr;
    }
    return &descriptors[index];
  }
  std::optional<faults::Effect> Decide(faults::FileKind file, faults::OpKind operation) {
    if (injector.idle()) return std::nullopt;
    return injector.Decide(file, operation);
  }
  faults::FileKind Classify(std::string_view path) const {
    return options.classify == nullptr ? faults::FileKind::kOther : options.classify(path);
  }
  // A call that changes something, or could, is about to be made.
  void BeginMutation();
  void CheckInvariants() const;

  DiskOptions options;
  DiskState state;
  faults::Injector injector;
  DiskStats stats;
  MediumCells cells;
  EarlierImages earlier;
  FailedSync failed_sync;
  std::vector<Descriptor> descriptors;
  std::vector<SharedMap> shared_maps;

 private:
  void RememberStart();
  InodeNumber NewInode(mode_t mode);
  InodeNumber CreateFile(const Found& found, mode_t mode);
  int NewDescriptor(InodeNumber number, int flags);
  void AddName(InodeNumber directory, std::string_view name, InodeNumber inode);
  void RemoveName(InodeNumber directory, std::string_view name, InodeNumber inode);
  PendingOperation& AddPending(PendingKind kind, InodeNumber inode);
  bool IsAncestor(InodeNumber ancestor, InodeNumber directory) const;
  // Turns round a bit of what was read, and with rot in the file as well.
  void Flip(const faults::Effect& effect, InodeNumber number, std::uint64_t offset, void* buffer,
            std::size_t size);
  void Rot(InodeNumber number, std::uint64_t offset, unsigned char byte);
  void TakePage(const SharedMap& map, std::uint64_t page);
  void RecordLastWrite(InodeNumber number, std::uint64_t offset, std::size_t length);

  int ReportPastError(Descriptor& file);
  // Before what the sync makes durable is.
  void CountSync(InodeNumber number);
  void CountFailedSync(const CacheView& before, bool reverted);
  // Writing the file's dirty pages fails, for a sync or in the background. Tells nobody.
  void FailWriteback(InodeNumber number);
  // To be reported by syncs to come. `description`: of the descriptor whose sync failed; 0: nobody has called one.
  void RecordError(InodeNumber number, int error, std::uint64_t description);
  void WriteSome(InodeNumber number);
  void RevertCache(InodeNumber number);
  FileRef DurableContents(InodeNumber number) const;
  faults::CrashImageChoice EpochChoice() const;
  bool ConcernsPending(InodeNumber number) const;
  void MakeDurable(InodeNumber number);
  void CommitJournal();
  void CommitEverything();
  void CommitDataOf(InodeNumber number);
  void CommitNamesOf(InodeNumber directory);
  void CommitOwnNames(InodeNumber number);
  // What is pulled forward for the sake of an inode.
  void CountPulled(InodeNumber number, const std::vector<bool>& chosen);
  void CommitChosenNames(const std::vector<bool>& chosen);
  void CommitDataOperation(const PendingOperation& operation);
  void WriteBack(Inode& inode);
  void Reap();

  std::uint64_t next_description_ = LockRange::kProcess + 1;
  bool out_of_space_ = false;         // as the last write was told
  std::vector<InodeNumber> orphans_;  // without a name; their bytes go when nothing refers to them
};

// The -errno of an effect that stops the call before it does anything; 0 for the others.
inline int Refusal(const std::optional<faults::Effect>& effect) {
  if (!effect) return 0;
  if (effect->kind == faults::EffectKind::kError) return -effect->error;
  return effect->kind == faults::EffectKind::kInterrupt ? -EINTR : 0;
}

// What a call that took effect returns: its result, or the error it is made to report.
inline int AfterEffect(const std::optional<faults::Effect>& effect, int result) {
  return effect && effect->kind == faults::EffectKind::kAppliedError && result >= 0 ? -effect->error
                                                                                    : result;
}

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_DISK_IMPL_H_
