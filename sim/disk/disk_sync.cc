// A sync applies pending operations to the durable state, as many as the profile says, and then
// writes the file's dirty pages there. A failed writeback, whether a sync or the kernel by itself
// began it, leaves what the profile's FailedSyncRule says.
#include <algorithm>
#include <cerrno>

#include "sim/disk/check.h"
#include "sim/disk/coverage_mark.h"
#include "sim/disk/crash_resolver.h"
#include "sim/disk/disk_impl.h"
#include "sim/disk/file_versions.h"
#include "sim/kernel/random.h"

namespace harrow::disk {

int Disk::Impl::Sync(Descriptor& file) {
  const bool directory = state.inodes[file.inode].IsDirectory();
  BeginMutation();
  ++(directory ? stats.directory_syncs : stats.syncs);
  const auto effect = directory ? Decide(faults::FileKind::kDirectory, faults::OpKind::kSyncDir)
                                : Decide(state.inodes[file.inode].kind, faults::OpKind::kSync);
  if (const int error = Refusal(effect); error != 0) return error;
  if (effect && effect->kind == faults::EffectKind::kFailedSync) {
    // Nothing of a directory is known to have arrived; its operations stay pending.
    if (directory) {
      if (ConcernsPending(file.inode)) cells.Add(MediumCell::kNamesStay);
      return -effect->error;
    }
    FailWriteback(file.inode);
    switch (state.profile->failed_sync) {
      case FailedSyncRule::kKeepsCache:
        RecordError(file.inode, effect->error, file.id);
        break;
      case FailedSyncRule::kReportsLater:
        RecordError(file.inode, effect->error, file.id);
        // The journal has everything; what fails is to write it where it belongs.
        CommitJournal();
        return 0;
      case FailedSyncRule::kRevertsCache:
        cells.Add(MediumCell::kToldThisCall);
        return -effect->error;  // nobody else is told
    }
  }
  if (const int error = ReportPastError(file); error != 0) {
    if (!effect) Reached(Mark::kErrorReportedLater);
    return error;
  }
  if (!state.profile->SyncsHold() && earlier.Moment()) {
    earlier.Add(ResolveCrash(state, EpochChoice(), nullptr));
  }
  CountSync(file.inode);
  MakeDurable(file.inode);
  return AfterEffect(effect, 0);
}

faults::CrashImageChoice Disk::Impl::EpochChoice() const {
  faults::CrashImageChoice choice;
  choice.survivors = faults::Survivors::kRandom;
  choice.seed = kernel::Mix(options.seed, stats.syncs + stats.directory_syncs);
  return choice;
}

int Disk::Impl::ReportPastError(Descriptor& file) {
  Inode& inode = state.inodes[file.inode];
  if (file.error_number == inode.error_number) return 0;
  file.error_number = inode.error_number;
  inode.error_seen = true;
  const bool later = state.profile->failed_sync == FailedSyncRule::kReportsLater;
  if (inode.failed_description == 0) cells.Add(MediumCell::kWritebackTold);
  if (file.opened_late) {
    cells.Add(MediumCell::kToldLater);
  } else if (inode.failed_description != 0) {
    cells.Add(later                                 ? MediumCell::kToldNext
              : inode.failed_description == file.id ? MediumCell::kToldThisCall
                                                    : MediumCell::kToldOther);
  }
  file.opened_late = false;
  if (later) {
    // Once, whoever syncs first.
    for (Descriptor& other : descriptors) {
      if (other.inode == file.inode) other.error_number = inode.error_number;
    }
  }
  return -inode.error;
}

void Disk::Impl::RecordError(InodeNumber number, int error, std::uint64_t description) {
  Inode& inode = state.inodes[number];
  inode.error = error;
  inode.failed_description = description;
  ++inode.error_number;
  inode.error_seen = false;
}

void Disk::Impl::FailWriteback(InodeNumber number) {
  Inode& inode = state.inodes[number];
  failed_sync = FailedSync();
  const CacheView before = inode.cache;
  // Pages that a program has mapped to write cannot be dropped.
  const bool mapped = !CoversMaps(number, 0);
  const bool reverts = state.profile->failed_sync == FailedSyncRule::kRevertsCache && !mapped;
  if (reverts) {
    RevertCache(number);
  } else {
    if (inode.cache.Pending()) WriteSome(number);
    inode.cache.dirty.Clear();
    inode.cache.size_dirty = false;
    inode.cache.lost = true;
  }
  CountFailedSync(before, reverts);
  for (const std::uint64_t page : failed_sync.lost) inode.lost_pages.Set(page);
  if (state.last_write.inode == number) state.last_write = LastWrite();
}

void Disk::Impl::CountFailedSync(const CacheView& before, bool reverted) {
  if (!before.Pending()) return;
  const std::vector<std::uint64_t>& lost = failed_sync.lost;
  const std::uint64_t size = failed_sync.size_before;
  if (reverted) cells.Add(MediumCell::kGoesBack);
  if (before.contents->size != size) {
    cells.Add(failed_sync.size_after > size ? MediumCell::kSizeNew : MediumCell::kSizeOld);
  }
  if (failed_sync.written.size() + lost.size() > 1) {
    cells.Add(lost.empty()                  ? MediumCell::kPagesAll
              : failed_sync.written.empty() ? MediumCell::kPagesNone
                                            : MediumCell::kPagesSome);
  }
  if (lost.empty() || reverted) return;
  if ((lost.front() + 1) * kPageSize <= size) cells.Add(MediumCell::kLostOld);
  if (std::any_of(lost.begin(), lost.end(), [&](std::uint64_t page) {
        return (page + 1) * kPageSize > size && page * kPageSize < failed_sync.size_after &&
               failed_sync.size_after > size;
      }))
    cells.Add(MediumCell::kLostZeros);
}

// What the file's pending operations leave on the medium.
FileRef Disk::Impl::DurableContents(InodeNumber number) const {
  FileRef durable = state.inodes[number].durable;
  for (const PendingOperation& operation : state.pending) {
    if (operation.inode == number && operation.ConcernsData()) {
      durable = DurableAfter(*state.profile, durable, operation);
    }
  }
  return durable;
}

void Disk::Impl::RevertCache(InodeNumber number) {
  CacheView& cache = state.inodes[number].cache;
  if (state.inodes[number].maps > 0) ++stats.mapped_changes;
  const FileRef durable = DurableContents(number);
  cache.dirty.ForEach([&](std::uint64_t page) { failed_sync.lost.push_back(page); });
  failed_sync.size_before = failed_sync.size_after = durable->size;
  cache.contents = durable;
  cache.dirty.Clear();
  cache.size_dirty = false;
}

void Disk::Impl::WriteSome(InodeNumber number) {
  Inode& inode = state.inodes[number];
  CacheView& cache = inode.cache;
  kernel::Random random =
      kernel::Random(kernel::Mix(options.seed, stats.syncs)).Child("failed sync");
  const bool new_size = random.OneIn(2);
  const std::uint64_t mix = random.Below(4);
  // Through the journal all others of the call are written.
  const bool journal = state.profile->failed_sync == FailedSyncRule::kReportsLater;
  const std::uint64_t lost = journal ? random.Below(cache.dirty.Count() + 1) : 0;
  CacheView written;
  std::uint64_t ordinal = 0;
  cache.dirty.ForEach([&](std::uint64_t page) {
    // A quarter each: no page, every page; else a coin for each.
    const bool arrives = journal ? ordinal++ != lost : mix == 0 || (mix > 1 && random.OneIn(2));
    if (arrives) written.dirty.Set(page);
    (arrives ? failed_sync.written : failed_sync.lost).push_back(page);
  });
  PendingOperation operation;
  operation.kind = PendingKind::kWritten;
  operation.inode = number;
  written.size_dirty = true;
  written.lost = true;
  // It bounds the size from below.
  const FileRef durable = DurableContents(number);
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

bool Disk::Impl::ConcernsPending(InodeNumber number) const {
  const Inode& inode = state.inodes[number];
  if (!inode.IsDirectory() && inode.cache.Pending()) return true;
  return std::any_of(state.pending.begin(), state.pending.end(),
                     [number](const PendingOperation& operation) {
                       return operation.inode == number || operation.directory == number ||
                              operation.to_directory == number;
                     });
}

void Disk::Impl::CountSync(InodeNumber number) {
  Inode& inode = state.inodes[number];
  inode.synced_at = stats.mutations;
  const bool directory = inode.IsDirectory();
  if (!directory) {
    state.file_synced_at = stats.mutations;
    state.file_synced = number;
    if (inode.cache.Pending() || inode.data_operations > 0) {
      cells.Add(MediumCell::kSyncedData);
    }
    const bool nothing_to_write = !inode.cache.Pending() && inode.lost_pages.Any();
    if (nothing_to_write || ShowsLostPages(inode)) cells.Add(MediumCell::kMarksCleared);
  }
  // Where the journal commits, for the sake of this inode; elsewhere what is committed is counted as it is chosen.
  if (state.profile->sync_scope != SyncScope::kEarlier || !ConcernsPending(number)) return;
  bool own = false;
  bool others = false;
  for (const PendingOperation& operation : state.pending) {
    if (!OnNames(operation)) continue;
    const bool entered =
        directory && (operation.directory == number || operation.to_directory == number);
    (entered || (!directory && operation.inode == number) ? own : others) = true;
  }
  if (own) cells.Add(directory ? MediumCell::kDirectorySynced : MediumCell::kSyncedOwnName);
  if (others) cells.Add(directory ? MediumCell::kDirectorySyncedMore : MediumCell::kSyncedEarlier);
}

void Disk::Impl::MakeDurable(InodeNumber number) {
  Inode& inode = state.inodes[number];
  switch (state.profile->sync_scope) {
    case SyncScope::kEarlier:
      // A journal commits for the sake of this inode: one with nothing pending commits nothing.
      if (ConcernsPending(number)) CommitJournal();
      break;
    case SyncScope::kOwnNames:
      CommitOwnNames(number);
      [[fallthrough]];
    case SyncScope::kData:
      inode.IsDirectory() ? CommitNamesOf(number) : CommitDataOf(number);
      break;
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

void Disk::Impl::CommitJournal() {
  CommitEverything();
  if (state.profile->loss != LossRule::kInOrder) return;
  // The data of all files goes through it too.
  for (Inode& inode : state.inodes) {
    if (!inode.IsDirectory()) WriteBack(inode);
  }
  earlier.Clear();
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

namespace {

// Whether both give or take the same name.
bool ShareName(const PendingOperation& a, const PendingOperation& b) {
  const auto touches = [](const PendingOperation& operation, InodeNumber directory,
                          const std::string& name) {
    return (operation.directory == directory && operation.name == name) ||
           (operation.to_directory == directory && operation.to_name == name);
  };
  return touches(a, b.directory, b.name) ||
         (b.to_directory != kNoInode && touches(a, b.to_directory, b.to_name));
}

}  // namespace

void Disk::Impl::CommitNamesOf(InodeNumber directory) {
  const std::size_t count = state.pending.size();
  std::vector<bool> chosen(count);
  for (std::size_t i = 0; i < count; ++i) {
    const PendingOperation& operation = state.pending[i];
    const InodeNumber entered =
        operation.kind == PendingKind::kRename ? operation.to_directory : operation.directory;
    if (!OnNames(operation) || entered != directory) continue;
    chosen[i] = true;
    // Where its inode came from is part of it: otherwise an earlier name could come back beside
    // this one.
    for (std::size_t j = 0; j < i; ++j) {
      if (OnNames(state.pending[j]) && state.pending[j].inode == operation.inode) chosen[j] = true;
    }
  }
  if (std::find(chosen.begin(), chosen.end(), true) != chosen.end())
    cells.Add(MediumCell::kDirectorySynced);
  CommitChosenNames(chosen);
}

// What an inode's own names depend on: the earlier operations on the same names, and the names of the
// directories that they are in.
void Disk::Impl::CommitOwnNames(InodeNumber number) {
  const std::size_t count = state.pending.size();
  std::vector<bool> chosen(count);
  for (std::size_t i = count; i-- > 0;) {
    const PendingOperation& operation = state.pending[i];
    if (!OnNames(operation)) continue;
    if (operation.inode == number) chosen[i] = true;
    if (!chosen[i]) continue;
    for (std::size_t j = 0; j < i; ++j) {
      const PendingOperation& other = state.pending[j];
      if (!OnNames(other)) continue;
      if (other.inode == operation.inode || other.inode == operation.directory ||
          other.inode == operation.to_directory || ShareName(other, operation)) {
        chosen[j] = true;
      }
    }
  }
  CountPulled(number, chosen);
  CommitChosenNames(chosen);
}

void Disk::Impl::CountPulled(InodeNumber number, const std::vector<bool>& chosen) {
  bool own = false;
  bool others = false;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]) (state.pending[i].inode == number ? own : others) = true;
  }
  const bool directory = state.inodes[number].IsDirectory();
  if (own) cells.Add(directory ? MediumCell::kDirectorySyncedMore : MediumCell::kSyncedOwnName);
  if (others) cells.Add(MediumCell::kPulledForward);
}

void Disk::Impl::CommitChosenNames(const std::vector<bool>& chosen) {
  const std::size_t count = state.pending.size();
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
