// Paths are walked component by component from the root. Errors come in the order in which Linux
// finds them (fs/namei.c), which the property test compares with the real file system.
#include <fcntl.h>

#include <cerrno>

#include "sim/disk/check.h"
#include "sim/disk/coverage_mark.h"
#include "sim/disk/disk_impl.h"

namespace harrow::disk {
namespace {

constexpr std::size_t kNameMax = 255;
constexpr std::size_t kPathMax = 4096;
constexpr mode_t kModeBits = 07777;

using faults::OpKind;
using Last = Found::Last;

}  // namespace

Found Disk::Impl::Walk(std::string_view path) const {
  Found found;
  if (path.size() >= kPathMax) {
    found.error = -ENAMETOOLONG;
    return found;
  }
  std::size_t at = path.find_first_not_of('/');
  while (at != std::string_view::npos) {
    if (found.inode == kNoInode || !state.inodes[found.inode].IsDirectory()) {
      found.error = found.inode == kNoInode ? -ENOENT : -ENOTDIR;
      return found;
    }
    const InodeNumber directory = found.inode;
    std::size_t end = path.find('/', at);
    if (end == std::string_view::npos) end = path.size();
    const std::string_view name = path.substr(at, end - at);
    if (name == ".") {
      found.last = Last::kDot;
      found.directory = directory;
    } else if (name == "..") {
      found.last = Last::kDotDot;
      found.inode = found.directory = state.inodes[directory].parent;
    } else {
      if (name.size() > kNameMax) {
        found.error = -ENAMETOOLONG;
        return found;
      }
      found.last = Last::kName;
      found.directory = directory;
      found.name = name;
      found.inode = state.inodes[directory].names->Find(name);
    }
    at = path.find_first_not_of('/', end);
    found.trailing_slash = at == std::string_view::npos && end < path.size();
  }
  return found;
}

InodeNumber Disk::Impl::NewInode(mode_t mode) {
  const auto number = static_cast<InodeNumber>(state.inodes.size());
  state.inodes.emplace_back().mode = mode & kModeBits;
  return number;
}

PendingOperation& Disk::Impl::AddPending(PendingKind kind, InodeNumber inode) {
  PendingOperation& operation = state.pending.emplace_back();
  operation.kind = kind;
  operation.inode = inode;
  operation.mutation = stats.mutations;
  return operation;
}

void Disk::Impl::AddName(InodeNumber directory, std::string_view name, InodeNumber inode) {
  state.inodes[directory].names.Mutable().Set(name, inode);
  ++state.inodes[inode].links;
  PendingOperation& operation = AddPending(PendingKind::kLink, inode);
  operation.directory = directory;
  operation.name = name;
}

void Disk::Impl::RemoveName(InodeNumber directory, std::string_view name, InodeNumber inode) {
  PendingOperation& operation = AddPending(PendingKind::kUnlink, inode);
  operation.directory = directory;
  operation.name = name;
  state.inodes[directory].names.Mutable().Erase(name);
  if (--state.inodes[inode].links > 0) return;
  orphans_.push_back(inode);
  if (state.inodes[inode].open > 0) Reached(Mark::kUnlinkedOpen);
}

int Disk::Impl::NewDescriptor(InodeNumber number, int flags) {
  std::size_t fd = 0;
  while (fd < descriptors.size() && descriptors[fd].inode != kNoInode) ++fd;
  if (fd == descriptors.size()) descriptors.emplace_back();
  Inode& inode = state.inodes[number];
  Descriptor& file = descriptors[fd];
  file = Descriptor{};
  file.inode = number;
  file.flags = flags;
  file.id = next_description_++;
  if (!inode.error_seen) Reached(Mark::kErrorForNextOpen);
  // An error that nobody has seen yet is for this descriptor too.
  file.error_number = inode.error_number - (inode.error_seen ? 0 : 1);
  file.opened_late = !inode.error_seen;
  ++inode.open;
  return static_cast<int>(fd);
}

InodeNumber Disk::Impl::CreateFile(const Found& found, mode_t mode) {
  const InodeNumber number = NewInode(mode);
  state.inodes[number].cache.contents = FileRef::Make();
  state.inodes[number].durable = state.inodes[number].cache.contents;
  AddName(found.directory, found.name, number);
  return number;
}

int Disk::Impl::OpenFound(const Found& found, int flags, mode_t mode) {
  if (found.error != 0) return found.error;
  const bool create = (flags & O_CREAT) != 0;
  const bool directory_wanted = (flags & O_DIRECTORY) != 0;
  if (create && directory_wanted) return -EINVAL;
  if (create && found.last == Last::kName && found.trailing_slash) return -EISDIR;
  if (found.inode == kNoInode) {
    if (!create) return -ENOENT;
    return NewDescriptor(CreateFile(found, mode), flags);
  }
  if (create && (flags & O_EXCL) != 0) return -EEXIST;
  if (state.inodes[found.inode].IsDirectory()) {
    const bool changes = create || (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC) != 0;
    return changes ? -EISDIR : NewDescriptor(found.inode, flags);
  }
  if (directory_wanted || found.trailing_slash) return -ENOTDIR;
  if ((flags & O_TRUNC) != 0) Truncate(found.inode, 0);
  return NewDescriptor(found.inode, flags);
}

OpKind Disk::Impl::OpenKind(const Found& found, int flags) const {
  const bool absent = found.error != 0 || found.inode == kNoInode;
  const bool truncates = (flags & O_TRUNC) != 0;
  if ((flags & O_CREAT) != 0 && (absent || truncates)) return OpKind::kCreate;
  return truncates && !absent ? OpKind::kTruncate : OpKind::kOpen;
}

int Disk::Impl::Open(std::string_view path, int flags, mode_t mode) {
  const Found found = Walk(path);
  const OpKind operation = OpenKind(found, flags);
  if (operation != OpKind::kOpen) BeginMutation();
  const faults::FileKind kind = Classify(path);
  const auto effect = Decide(kind, operation);
  if (const int error = Refusal(effect); error != 0) return error;
  const int fd = OpenFound(found, flags, mode);
  if (fd < 0) return fd;
  state.inodes[descriptors[static_cast<std::size_t>(fd)].inode].kind = kind;
  const int result = AfterEffect(effect, fd);
  if (result < 0) Close(fd);
  return result;
}

int Disk::Impl::Close(int fd) {
  Descriptor& file = descriptors[static_cast<std::size_t>(fd)];
  ReleaseLocks(file);
  Inode& inode = state.inodes[file.inode];
  DISK_CHECK(inode.open > 0);
  --inode.open;
  file.inode = kNoInode;
  if (inode.open == 0 && inode.links == 0 && state.pending.empty()) Reap();
  return 0;
}

bool Disk::Impl::IsAncestor(InodeNumber ancestor, InodeNumber directory) const {
  while (directory != ancestor && directory != kRootInode) {
    directory = state.inodes[directory].parent;
  }
  return directory == ancestor;
}

int Disk::Impl::Rename(std::string_view from, std::string_view to) {
  BeginMutation();
  const faults::FileKind kind = Classify(to);
  const auto effect = Decide(kind, OpKind::kRename);
  if (const int error = Refusal(effect); error != 0) return error;
  const Found source = Walk(from);
  const int result = RenameFound(source, Walk(to));
  if (result == 0) state.inodes[source.inode].kind = kind;
  return AfterEffect(effect, result);
}

int Disk::Impl::RenameFound(const Found& from, const Found& to) {
  if (from.error != 0) return from.error;
  if (to.error != 0) return to.error;
  if (from.last != Last::kName || to.last != Last::kName) return -EBUSY;
  if (from.inode == kNoInode) return -ENOENT;
  const bool moves_directory = state.inodes[from.inode].IsDirectory();
  if (!moves_directory && (from.trailing_slash || to.trailing_slash)) return -ENOTDIR;
  if (moves_directory && IsAncestor(from.inode, to.directory)) return -EINVAL;
  const InodeNumber replaced = to.inode;
  if (replaced == from.inode) return 0;
  if (replaced != kNoInode) {
    const bool onto_directory = state.inodes[replaced].IsDirectory();
    if (onto_directory && IsAncestor(replaced, from.directory)) return -ENOTEMPTY;
    if (moves_directory && !onto_directory) return -ENOTDIR;
    if (!moves_directory && onto_directory) return -EISDIR;
    if (onto_directory && !state.inodes[replaced].names->entries.empty()) return -ENOTEMPTY;
  }
  PendingOperation& operation = AddPending(PendingKind::kRename, from.inode);
  operation.directory = from.directory;
  operation.name = from.name;
  operation.to_directory = to.directory;
  operation.to_name = to.name;
  operation.replaces = replaced != kNoInode;
  Inode& moved = state.inodes[from.inode];
  operation.data_pending = !moves_directory && moved.cache.Pending();
  if (replaced != kNoInode && !moves_directory && state.profile->data_before_rename &&
      moved.cache.Pending()) {
    operation.view = moved.cache;
    ++moved.data_operations;
    // What the rename carries cannot be cut any more once the rename is there.
    if (state.last_write.inode == from.inode) state.last_write = LastWrite();
  }
  state.inodes[from.directory].names.Mutable().Erase(from.name);
  state.inodes[to.directory].names.Mutable().Set(to.name, from.inode);
  if (moves_directory) moved.parent = to.directory;
  if (replaced != kNoInode && --state.inodes[replaced].links == 0) orphans_.push_back(replaced);
  return 0;
}

int Disk::Impl::Unlink(std::string_view path) {
  BeginMutation();
  const auto effect = Decide(Classify(path), OpKind::kUnlink);
  if (const int error = Refusal(effect); error != 0) return error;
  const Found found = Walk(path);
  if (found.error != 0) return found.error;
  if (found.last != Last::kName) return -EISDIR;
  if (found.inode == kNoInode) return -ENOENT;
  if (state.inodes[found.inode].IsDirectory()) return -EISDIR;
  if (found.trailing_slash) return -ENOTDIR;
  RemoveName(found.directory, found.name, found.inode);
  return AfterEffect(effect, 0);
}

int Disk::Impl::Mkdir(std::string_view path, mode_t mode) {
  BeginMutation();
  const auto effect = Decide(faults::FileKind::kDirectory, OpKind::kMkdir);
  if (const int error = Refusal(effect); error != 0) return error;
  const Found found = Walk(path);
  if (found.error != 0) return found.error;
  if (found.inode != kNoInode) return -EEXIST;
  const InodeNumber number = NewInode(mode);
  Inode& made = state.inodes[number];
  made.names = DirectoryRef::Make();
  made.durable_names = made.names;
  made.parent = found.directory;
  made.kind = faults::FileKind::kDirectory;
  AddName(found.directory, found.name, number);
  return AfterEffect(effect, 0);
}

int Disk::Impl::Rmdir(std::string_view path) {
  BeginMutation();
  const auto effect = Decide(faults::FileKind::kDirectory, OpKind::kUnlink);
  if (const int error = Refusal(effect); error != 0) return error;
  const Found found = Walk(path);
  if (found.error != 0) return found.error;
  if (found.last == Last::kRoot) return -EBUSY;
  if (found.last == Last::kDot) return -EINVAL;
  if (found.last == Last::kDotDot) return -ENOTEMPTY;
  if (found.inode == kNoInode) return -ENOENT;
  if (!state.inodes[found.inode].IsDirectory()) return -ENOTDIR;
  if (!state.inodes[found.inode].names->entries.empty()) return -ENOTEMPTY;
  RemoveName(found.directory, found.name, found.inode);
  return AfterEffect(effect, 0);
}

int Disk::Impl::List(std::string_view path, std::vector<std::string>* names) const {
  const Found found = Walk(path);
  if (found.error != 0) return found.error;
  if (found.inode == kNoInode) return -ENOENT;
  if (!state.inodes[found.inode].IsDirectory()) return -ENOTDIR;
  names->clear();
  names->reserve(state.inodes[found.inode].names->entries.size() + 2);
  names->emplace_back(".");
  names->emplace_back("..");
  for (const DirectoryEntry& entry : state.inodes[found.inode].names->entries) {
    names->push_back(entry.name);
  }
  return 0;
}

}  // namespace harrow::disk
