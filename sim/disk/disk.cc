// Each call finds its descriptor and hands over to the family it belongs to.
#include "sim/disk/disk.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "sim/disk/check.h"
#include "sim/disk/coverage_mark.h"
#include "sim/disk/crash_resolver.h"
#include "sim/disk/disk_impl.h"
#include "sim/disk/image_state.h"
#include "sim/disk/pending_item.h"
#include "sim/kernel/random.h"

namespace harrow::disk {
namespace {

using faults::FileKind;
using faults::OpKind;

// The longest read or write of Linux: what is asked past it is not transferred.
constexpr std::size_t kTransferMax = 0x7ffff000;

}  // namespace

Disk::Impl::Impl(const DiskOptions& disk_options, const Image& start)
    : options(disk_options), injector(disk_options.plan) {
  state.profile = &GetProfile(options.profile);
  const ImageState& image = ImageState::Of(start);
  constexpr std::size_t kRoomForNew = 8;
  state.inodes.reserve(image.nodes.size() + kRoomForNew);
  for (const ImageNode& node : image.nodes) {
    Inode& inode = state.inodes.emplace_back();
    inode.mode = node.mode;
    inode.cache.contents = node.file;
    inode.durable = node.file;
    inode.names = node.directory;
    inode.durable_names = node.directory;
    if (node.directory) inode.kind = FileKind::kDirectory;
  }
  state.inodes[kRootInode].parent = kRootInode;
  for (std::size_t i = 0; i < image.nodes.size(); ++i) {
    if (!image.nodes[i].directory) continue;
    for (const DirectoryEntry& entry : image.nodes[i].directory->entries) {
      Inode& child = state.inodes[entry.inode];
      child.links = 1;
      if (child.IsDirectory()) child.parent = static_cast<InodeNumber>(i);
    }
  }
  RememberStart();
}

void Disk::Impl::RememberStart() {
  if (!state.profile->SyncsHold() && earlier.Moment()) earlier.Add(ResolveEverything(state));
}

void Disk::Impl::BeginMutation() {
  TakeMapped();
  ++stats.mutations;
  if (state.profile->loss == LossRule::kInOrder && earlier.Moment()) {
    earlier.Add(ResolveCrash(state, {.survivors = faults::Survivors::kAll}, nullptr));
  }
}

Disk::Impl::Impl(const DiskOptions& disk_options, Impl&& before)
    : options(disk_options), injector(disk_options.plan) {
  DISK_CHECK(options.profile == before.options.profile);
  for (std::size_t fd = 0; fd < before.descriptors.size(); ++fd) {
    if (before.descriptors[fd].inode != kNoInode) before.Close(static_cast<int>(fd));
  }
  state = std::move(before.state);
  if (CountPending(state) > 0) Reached(Mark::kWarmStart);
  for (PendingOperation& operation : state.pending) operation.mutation = 0;
  earlier = std::move(before.earlier);
  if (!state.profile->SyncsHold()) {
    // The time between two processes is long enough to write everything, also what a failed sync had
    // lost: what the next one reads first is not taken back.
    if (CountPending(state) > 0) cells.Add(MediumCell::kWrittenBetween);
    CommitEverything();
    for (Inode& inode : state.inodes) {
      if (inode.IsDirectory()) continue;
      inode.durable = inode.cache.contents;
      inode.cache = CacheView{.contents = inode.durable, .dirty = {}};
      inode.lost_pages.Clear();
    }
    earlier.Clear();
    RememberStart();
  }
  orphans_ = std::move(before.orphans_);
  for (Inode& inode : state.inodes) {
    inode.label = 0;
    inode.maps = 0;
    inode.next_write_error = 0;
    inode.synced_at = 0;
  }
  state.file_synced_at = 0;
}

Disk::Disk(const DiskOptions& options, const Image& start)
    : impl_(std::make_unique<Impl>(options, start)) {}

Disk::Disk(const DiskOptions& options, Disk&& before)
    : impl_(std::make_unique<Impl>(options, std::move(*before.impl_))) {}

Disk::~Disk() = default;

int Disk::Open(std::string_view path, int flags, mode_t mode) {
  return impl_->Open(path, flags, mode);
}

int Disk::Close(int fd) {
  const Descriptor* const file = impl_->Opened(fd);
  if (file == nullptr) return -EBADF;
  const auto effect = impl_->Decide(impl_->state.inodes[file->inode].kind, OpKind::kClose);
  // As on Linux the descriptor is gone whatever close returns.
  const int result = impl_->Close(fd);
  const int refusal = Refusal(effect);
  return refusal != 0 ? refusal : AfterEffect(effect, result);
}

ssize_t Disk::Read(int fd, void* buffer, std::size_t size) {
  Descriptor* const file = impl_->Opened(fd);
  if (file == nullptr) return -EBADF;
  const ssize_t result = impl_->Pread(*file, buffer, std::min(size, kTransferMax), file->offset);
  if (result > 0) file->offset += static_cast<std::uint64_t>(result);
  return result;
}

ssize_t Disk::Pread(int fd, void* buffer, std::size_t size, off_t offset) {
  if (offset < 0) return -EINVAL;
  const Descriptor* const file = impl_->Opened(fd);
  if (file == nullptr) return -EBADF;
  return impl_->Pread(*file, buffer, std::min(size, kTransferMax),
                      static_cast<std::uint64_t>(offset));
}

int Disk::Map(int fd, std::uint64_t offset, std::size_t size, void* to) {
  const Descriptor* const file = impl_->Opened(fd);
  return file == nullptr ? -EBADF : impl_->Map(*file, offset, size, to);
}

void Disk::Unmap(std::uint64_t number) { impl_->Unmap(static_cast<InodeNumber>(number)); }

int Disk::MapShared(int fd, std::uint64_t offset, std::size_t size, unsigned char* memory) {
  const Descriptor* const file = impl_->Opened(fd);
  return file == nullptr ? -EBADF : impl_->MapShared(*file, offset, size, memory);
}

void Disk::UnmapShared(const unsigned char* memory) { impl_->UnmapShared(memory); }

ssize_t Disk::Write(int fd, const void* data, std::size_t size) {
  Descriptor* const file = impl_->Opened(fd);
  if (file == nullptr) return -EBADF;
  const ssize_t result = impl_->Write(*file, data, std::min(size, kTransferMax), file->offset);
  if (result <= 0) return result;
  if ((file->flags & O_APPEND) != 0) {
    file->offset = impl_->state.inodes[file->inode].cache.contents->size;
  } else {
    file->offset += static_cast<std::uint64_t>(result);
  }
  return result;
}

ssize_t Disk::Pwrite(int fd, const void* data, std::size_t size, off_t offset) {
  if (offset < 0) return -EINVAL;
  const Descriptor* const file = impl_->Opened(fd);
  if (file == nullptr) return -EBADF;
  return impl_->Write(*file, data, std::min(size, kTransferMax),
                      static_cast<std::uint64_t>(offset));
}

off_t Disk::Seek(int fd, off_t offset, int whence) {
  Descriptor* const file = impl_->Opened(fd);
  return file == nullptr ? -EBADF : impl_->Seek(*file, offset, whence);
}

int Disk::Sync(int fd) {
  Descriptor* const file = impl_->Opened(fd);
  return file == nullptr ? -EBADF : impl_->Sync(*file);
}

int Disk::Truncate(int fd, off_t size) {
  if (size < 0) return -EINVAL;
  const Descriptor* const file = impl_->Opened(fd);
  if (file == nullptr) return -EBADF;
  impl_->BeginMutation();
  if ((file->flags & O_ACCMODE) == O_RDONLY) return -EINVAL;
  return impl_->TruncateCall(file->inode, size);
}

int Disk::TruncatePath(std::string_view path, off_t size) {
  if (size < 0) return -EINVAL;
  impl_->BeginMutation();
  const Found found = impl_->Walk(path);
  if (found.error != 0) return found.error;
  if (found.inode == kNoInode) return -ENOENT;
  if (impl_->state.inodes[found.inode].IsDirectory()) return -EISDIR;
  if (found.trailing_slash) return -ENOTDIR;
  return impl_->TruncateCall(found.inode, size);
}

int Disk::Allocate(int fd, int mode, off_t offset, off_t size) {
  Descriptor* const file = impl_->Opened(fd);
  return file == nullptr ? -EBADF : impl_->Allocate(*file, mode, offset, size);
}

int Disk::Rename(std::string_view from, std::string_view to) { return impl_->Rename(from, to); }

int Disk::Unlink(std::string_view path) { return impl_->Unlink(path); }

int Disk::Mkdir(std::string_view path, mode_t mode) { return impl_->Mkdir(path, mode); }

int Disk::Rmdir(std::string_view path) { return impl_->Rmdir(path); }

int Disk::Stat(std::string_view path, struct stat* out) {
  const auto effect = impl_->Decide(impl_->Classify(path), OpKind::kStat);
  if (const int error = Refusal(effect); error != 0) return error;
  const Found found = impl_->Walk(path);
  if (found.error != 0) return found.error;
  if (found.inode == kNoInode) return -ENOENT;
  if (found.trailing_slash && !impl_->state.inodes[found.inode].IsDirectory()) return -ENOTDIR;
  impl_->FillStat(found.inode, out);
  return 0;
}

int Disk::Fstat(int fd, struct stat* out) {
  const Descriptor* const file = impl_->Opened(fd);
  if (file == nullptr) return -EBADF;
  const auto effect = impl_->Decide(impl_->state.inodes[file->inode].kind, OpKind::kStat);
  if (const int error = Refusal(effect); error != 0) return error;
  impl_->FillStat(file->inode, out);
  return 0;
}

int Disk::Access(std::string_view path, int mode) {
  constexpr int kKnown = R_OK | W_OK | X_OK;
  if ((mode & ~kKnown) != 0) return -EINVAL;
  struct stat found;
  const int result = Stat(path, &found);
  if (result != 0) return result;
  constexpr mode_t kAnyExecute = 0111;
  const bool file = S_ISREG(found.st_mode);
  return (mode & X_OK) != 0 && file && (found.st_mode & kAnyExecute) == 0 ? -EACCES : 0;
}

int Disk::List(std::string_view path, std::vector<std::string>* names) {
  const auto effect = impl_->Decide(FileKind::kDirectory, OpKind::kList);
  if (const int error = Refusal(effect); error != 0) return error;
  const int result = impl_->List(path, names);
  // "." and ".." come first.
  constexpr std::size_t kDots = 2;
  if (result == 0 && effect && effect->kind == faults::EffectKind::kMissedName &&
      names->size() > kDots) {
    const std::size_t missed = kDots + effect->amount % (names->size() - kDots);
    names->erase(names->begin() + static_cast<std::ptrdiff_t>(missed));
  }
  return result;
}

int Disk::Lock(int fd, int operation, struct flock* lock) {
  const Descriptor* const file = impl_->Opened(fd);
  return file == nullptr ? -EBADF : impl_->Lock(*file, operation, lock);
}

Image Disk::Crash(const faults::CrashImageChoice& choice) const {
  impl_->TakeMapped();
  if (impl_->state.profile->MachineStaysUp()) {
    if (PendingCount() > 0) impl_->cells.Add(MediumCell::kNothingLost);
    return Everything();
  }
  const std::optional<std::size_t> earlier = ChooseEarlier(choice);
  const bool in_order = impl_->state.profile->loss == LossRule::kInOrder;
  if (earlier.has_value()) {
    Reached(Mark::kEarlierMoment);
    impl_->cells.Add(in_order        ? MediumCell::kEarlierCall
                     : *earlier == 0 ? MediumCell::kStartOfLife
                                     : MediumCell::kEarlierSync);
    return impl_->earlier.At(*earlier);
  }
  if (in_order && impl_->earlier.size() > 0) impl_->cells.Add(MediumCell::kLastCall);
  return ResolveCrash(impl_->state, choice, &impl_->cells);
}

ExplainedImage Disk::ExplainCrash(const faults::CrashImageChoice& choice) const {
  impl_->TakeMapped();
  if (impl_->state.profile->MachineStaysUp()) return {Everything(), {}};
  const std::optional<std::size_t> earlier = ChooseEarlier(choice);
  if (!earlier.has_value()) return disk::ExplainCrash(impl_->state, choice);
  ExplainedImage explained;
  explained.image = impl_->earlier.At(*earlier);
  CrashDecision decision;
  decision.action = "everything after an earlier moment, number " + std::to_string(*earlier + 1) +
                    " of " + std::to_string(impl_->earlier.size());
  decision.fate = CrashDecision::Fate::kLost;
  explained.decisions.push_back(std::move(decision));
  return explained;
}

std::optional<std::size_t> Disk::ChooseEarlier(const faults::CrashImageChoice& choice) const {
  const std::size_t count = impl_->earlier.size();
  if (count == 0) return std::nullopt;
  switch (impl_->state.profile->loss) {
    case LossRule::kPending:
    case LossRule::kNothing:
      return std::nullopt;
    case LossRule::kInOrder: {
      // Nothing is left out of the order: the other choices stand for some moment.
      if (choice.survivors == faults::Survivors::kAll) return std::nullopt;
      if (choice.survivors == faults::Survivors::kNone) return 0;
      const std::uint64_t drawn = choice.survivors == faults::Survivors::kRandom
                                      ? kernel::Random(choice.seed).Child("moment").Below(count)
                                      : choice.cut % count;
      return static_cast<std::size_t>(drawn);
    }
    case LossRule::kEpoch: {
      if (choice.survivors == faults::Survivors::kNone) return 0;
      if (choice.survivors != faults::Survivors::kRandom) return std::nullopt;
      kernel::Random random = kernel::Random(choice.seed).Child("epoch");
      if (random.OneIn(3)) return std::nullopt;
      return static_cast<std::size_t>(random.Below(count));
    }
  }
  return std::nullopt;
}

Image Disk::Everything() const {
  impl_->TakeMapped();
  return ResolveEverything(impl_->state);
}

std::size_t Disk::PendingCount() const {
  impl_->TakeMapped();
  return CountPending(impl_->state);
}

std::vector<PendingItem> Disk::PendingItems() const {
  impl_->TakeMapped();
  return DescribePending(impl_->state);
}

bool Disk::IsOpen(int fd) const { return impl_->Opened(fd) != nullptr; }

int Disk::FlagsOf(int fd) const { return impl_->Opened(fd)->flags; }

std::uint64_t Disk::NumberOf(int fd) const { return impl_->Opened(fd)->inode; }

off_t Disk::SizeOf(int fd) const {
  const Inode& inode = impl_->state.inodes[impl_->Opened(fd)->inode];
  return static_cast<off_t>(inode.IsDirectory() ? kPageSize : inode.cache.contents->size);
}

std::string Disk::PathOf(int fd) const {
  std::string path;
  InodeNumber inode = impl_->Opened(fd)->inode;
  while (inode != kRootInode) {
    // Traces are for people: a search is cheap enough, and keeps nothing up to date for nothing.
    InodeNumber parent = kNoInode;
    std::string_view name;
    for (std::size_t i = 0; i < impl_->state.inodes.size() && name.empty(); ++i) {
      const Inode& directory = impl_->state.inodes[i];
      if (!directory.IsDirectory()) continue;
      name = directory.names->NameOf(inode);
      parent = static_cast<InodeNumber>(i);
    }
    if (name.empty()) return "(unlinked)";
    path = path.empty() ? std::string(name) : std::string(name) + "/" + path;
    inode = parent;
  }
  return path;
}

FileKind Disk::KindOf(int fd) const { return impl_->state.inodes[impl_->Opened(fd)->inode].kind; }

FileKind Disk::KindOf(std::string_view path) const { return impl_->Classify(path); }

OpKind Disk::OpenKind(std::string_view path, int flags) const {
  return impl_->OpenKind(impl_->Walk(path), flags);
}

OpKind Disk::SyncKind(int fd) const {
  return impl_->state.inodes[impl_->Opened(fd)->inode].IsDirectory() ? OpKind::kSyncDir
                                                                     : OpKind::kSync;
}

std::uint32_t* Disk::LabelOf(int fd) {
  return &impl_->state.inodes[impl_->Opened(fd)->inode].label;
}

std::uint32_t* Disk::LabelOfDirectory(std::string_view path) {
  return &impl_->state.inodes[impl_->Walk(path).directory].label;
}

void Disk::ForgetLabels() {
  for (Inode& inode : impl_->state.inodes) inode.label = 0;
}

const DiskStats& Disk::stats() const { return impl_->stats; }

const FailedSync& Disk::last_failed_sync() const { return impl_->failed_sync; }

MediumCells Disk::cells() const {
  MediumCells cells = impl_->cells;
  cells.Add(MediumCell::kSpaceBack, impl_->injector.CountSpaceBack());
  return cells;
}

const faults::Injector& Disk::injector() const { return impl_->injector; }

const Profile& Disk::profile() const { return *impl_->state.profile; }

void Disk::CheckInvariants() const { impl_->CheckInvariants(); }

void Disk::Impl::CheckInvariants() const {
  std::vector<std::uint32_t> data_operations(state.inodes.size());
  std::vector<std::uint32_t> links(state.inodes.size());
  std::vector<std::uint32_t> open(state.inodes.size());
  for (const PendingOperation& operation : state.pending) {
    if (operation.ConcernsData()) ++data_operations[operation.inode];
  }
  for (const Descriptor& file : descriptors) {
    if (file.inode != kNoInode) ++open[file.inode];
  }
  for (const Inode& inode : state.inodes) {
    if (!inode.IsDirectory()) continue;
    for (const DirectoryEntry& entry : inode.names->entries) ++links[entry.inode];
  }
  for (std::size_t i = 0; i < state.inodes.size(); ++i) {
    const Inode& inode = state.inodes[i];
    DISK_CHECK(inode.data_operations == data_operations[i]);
    DISK_CHECK(inode.links == links[i]);
    DISK_CHECK(inode.open == open[i]);
    if (inode.IsDirectory() || !inode.cache.contents || inode.cache.lost) continue;
    const FileRef durable = DurableContents(static_cast<InodeNumber>(i));
    const FileContents& cache = *inode.cache.contents;
    DISK_CHECK(cache.pages.size() <= PageCount(cache.size));
    DISK_CHECK(inode.cache.size_dirty || cache.size == durable->size);
    for (std::size_t page = 0; page < cache.pages.size(); ++page) {
      if (inode.cache.dirty.Test(page)) continue;
      DISK_CHECK(PageHash(cache.PageAt(page)) == PageHash(durable->PageAt(page)));
    }
  }
}

}  // namespace harrow::disk
