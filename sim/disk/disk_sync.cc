// A sync applies pending operations to the durable state, as many as the profile says, and then
// writes the file's dirty pages there. A failed one writes some of them and forgets the marks of all.
#include <algorithm>
#include <cerrno>

#include "sim/disk/check.h"
#include "sim/disk/crash_resolver.h"
#include "sim/disk/disk_impl.h"
#include "sim/disk/file_versions.h"
#include "sim/kernel/random.h"

namespace harrow::disk {

int Disk::Impl::Sync(Descriptor& file) {
  const bool directory = state.inodes[file.inode].IsDirectory();
  ++stats.mutations;
  ++(directory ? stats.directory_syncs : stats.syncs);
  const auto effect = directory ? Decide(faults::FileKind::kDirectory, faults::OpKind::kSyncDir)
                                : Decide(state.inodes[file.inode].kind, faults::OpKind::kSync);
  if (const int error = Refusal(effect); error != 0) return error;
  if (effect && effect->kind == faults::EffectKind::kFailedSync) {
    // Nothing of a directory is known to have arrived; its operations stay pending.
    if (directory) return -effect->error;
    FailSync(file.inode, effect->error);
  }
  if (const int error = ReportPastError(file); error != 0) return error;
  MakeDurable(file.inode);
  return AfterEffect(effect, 0);
}

int Disk::Impl::ReportPastError(Descriptor& file) {
  Inode& inode = state.inodes[file.inode];
  if (file.error_number == inode.error_number) return 0;
  file.error_number = inode.error_number;
  inode.error_seen = true;
  return -inode.error;
}

void Disk::Impl::FailSync(InodeNumber number, int error) {
  Inode& inode = state.inodes[number];
  CacheView& cache = inode.cache;
  kernel::Random random =
      kernel::Random(kernel::Mix(options.seed, stats.syncs)).Child("failed sync");
  const bool new_size = random.OneIn(2);
  const std::uint64_t mix = random.Below(4);
  failed_sync = FailedSync();
  if (cache.Pending()) {
    CacheView written;
    cache.dirty.ForEach([&](std::uint64_t page) {
      // A quarter each: no page, every page; else a coin for each.
      const bool arrives = mix == 0 || (mix > 1 && random.OneIn(2));
      if (arrives) written.dirty.Set(page);
      (arrives ? failed_sync.written : failed_sync.lost).push_back(page);
    });
    PendingOperation operation;
    operation.kind = PendingKind::kWritten;
    operation.inode = number;
    written.size_dirty = true;
    written.lost = true;
    // What the file's pending operations leave on the medium bounds the size from below.
    FileRef durable = inode.durable;
    for (const PendingOperation& earlier : state.pending) {
      if (earlier.inode == number && earlier.ConcernsData()) {
        durable = DurableAfter(*state.profile, durable, earlier);
      }
    }
    const std::uint64_t full = WrittenSize(*durable, cache);
    written.contents = Resized(cache.contents, new_size ? full : durable->size);
    failed_sync.size_before = durable->size;
    failed_sync.size_after = WrittenSize(*durable, written);
    operation.view = std::move(written);
    ++inode.data_operations;
    if (inode.data_operations == 1) {
      CommitDataOperation(operation);
    } else {
      state.pending.push_back(std::move(operation));
    }
  }
  cache.dirty.Clear();
  cache.size_dirty = false;
  cache.lost = true;
  if (state.last_write.inode == number) state.last_write = LastWrite();
  inode.error = error;
  ++inode.error_number;
  inode.error_seen = false;
}

bool Disk::Impl::ConcernsPending(InodeNumber number) const {
  const Inode& inode = state.inodes[number];
  if (!inode.IsDirectory() && inode.cache.Pending()) return true;
  return std::any_of(state.pending.begin(), state.pending.end(),
                     [number](const PendingOperation& operation) {
                       return operation.inode == number || operation.directory == number ||
                              operation.to_directory == number;
                     });
}

void Disk::Impl::MakeDurable(InodeNumber number) {
  Inode& inode = state.inodes[number];
  if (state.profile->fsync_persists_earlier_metadata) {
    // A journal commits for the sake of this inode: one with nothing pending commits nothing.
    if (ConcernsPending(number)) CommitEverything();
  } else if (inode.IsDirectory()) {
    CommitNamesOf(number);
  } else {
    CommitDataOf(number);
  }
  if (!inode.IsDirectory()) WriteBack(inode);
  if (state.last_write.inode == number) state.last_write = LastWrite();
  if (state.pending.empty() && !orphans_.empty()) Reap();
}

void Disk::Impl::CommitDataOperation(const PendingOperation& operation) {
  Inode& inode = state.inodes[operation.inode];
  inode.durable = DurableAfter(*state.profile, inode.durable, operation);
  DISK_CHECK(inode.data_operations > 0);
  --inode.data_operations;
}

void Disk::Impl::CommitEverything() {
  for (const PendingOperation& operation : state.pending) {
    if (operation.ConcernsData()) CommitDataOperation(operation);
    for (const InodeNumber directory : {operation.directory, operation.to_directory}) {
      if (directory == kNoInode) continue;
      state.inodes[directory].durable_names = state.inodes[directory].names;
    }
  }
  state.pending.clear();
}

void Disk::Impl::CommitDataOf(InodeNumber number) {
  if (state.inodes[number].data_operations == 0) return;
  std::erase_if(state.pending, [&](PendingOperation& operation) {
    if (operation.inode != number || !operation.ConcernsData()) return false;
    CommitDataOperation(operation);
    operation.view = CacheView();
    return operation.kind != PendingKind::kRename;
  });
}

void Disk::Impl::CommitNamesOf(InodeNumber directory) {
  const std::size_t count = state.pending.size();
  std::vector<bool> chosen(count);
  const auto on_names = [&](std::size_t i) {
    const PendingKind kind = state.pending[i].kind;
    return kind == PendingKind::kLink || kind == PendingKind::kUnlink ||
           kind == PendingKind::kRename;
  };
  for (std::size_t i = 0; i < count; ++i) {
    const PendingOperation& operation = state.pending[i];
    const InodeNumber entered =
        operation.kind == PendingKind::kRename ? operation.to_directory : operation.directory;
    if (!on_names(i) || entered != directory) continue;
    chosen[i] = true;
    // Where its inode came from is part of it: otherwise an earlier name could come back beside
    // this one.
    for (std::size_t j = 0; j < i; ++j) {
      if (on_names(j) && state.pending[j].inode == operation.inode) chosen[j] = true;
    }
  }
  std::vector<DirectoryRef> directories;
  directories.reserve(state.inodes.size());
  for (Inode& inode : state.inodes) directories.push_back(std::move(inode.durable_names));
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    PendingOperation& operation = state.pending[i];
    if (chosen[i]) {
      ApplyToNames(directories, operation);
      if (operation.ConcernsData()) CommitDataOperation(operation);
    } else if (kept++ != i) {
      state.pending[kept - 1] = std::move(operation);
    }
  }
  state.pending.resize(kept);
  for (std::size_t i = 0; i < directories.size(); ++i) {
    state.inodes[i].durable_names = std::move(directories[i]);
  }
}

void Disk::Impl::WriteBack(Inode& inode) {
  CacheView& cache = inode.cache;
  if (!cache.Pending()) return;
  const std::uint64_t size = WrittenSize(*inode.durable, cache);
  FileContents& durable = inode.durable.Mutable();
  if (durable.size != size) durable.Resize(size);
  cache.dirty.ForEach(
      [&](std::uint64_t page) { durable.SetPage(page, cache.contents->PageRefAt(page)); });
  cache.dirty.Clear();
  cache.size_dirty = false;
}

void Disk::Impl::Reap() {
  std::erase_if(orphans_, [this](InodeNumber number) {
    Inode& inode = state.inodes[number];
    if (inode.open > 0) return false;
    if (!inode.IsDirectory()) {
      inode.cache = CacheView();
      inode.cache.contents = FileRef::Make();
      inode.durable = inode.cache.contents;
    }
    return true;
  });
}

}  // namespace harrow::disk
