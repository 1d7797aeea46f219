// Bytes are spread over pages; a page that others hold is cloned on the first write to it.
#include "sim/disk/contents.h"

#include <algorithm>
#include <cstring>

#include "sim/disk/check.h"

namespace harrow::disk {
namespace {

auto LowerBound(std::vector<DirectoryEntry>& entries, std::string_view name) {
  return std::lower_bound(
      entries.begin(), entries.end(), name,
      [](const DirectoryEntry& entry, std::string_view wanted) { return entry.name < wanted; });
}

}  // namespace

FileContents* FileContents::CreateCopy(const FileContents& from) {
  FileContents* const copy = Create();
  copy->size = from.size;
  copy->hash = from.hash;
  copy->hashed = from.hashed;
  copy->pages = from.pages;
  return copy;
}

// Not inlined: gcc would otherwise follow a count through a deletion it cannot rule out, and warn.
[[gnu::noinline]] void FileContents::Destroy(FileContents* contents) { delete contents; }

void FileContents::Read(std::uint64_t offset, void* to, std::size_t length) const {
  DISK_CHECK(offset <= size && length <= size - offset);
  char* out = static_cast<char*>(to);
  while (length > 0) {
    const std::size_t within = offset % kPageSize;
    const std::size_t part = std::min(length, kPageSize - within);
    if (const Page* page = PageAt(offset / kPageSize); page != nullptr) {
      page->Read(within, out, part);
    } else {
      std::memset(out, 0, part);
    }
    out += part;
    offset += part;
    length -= part;
  }
}

void FileContents::Write(std::uint64_t offset, const void* from, std::size_t length) {
  const char* in = static_cast<const char*>(from);
  const std::uint64_t end = offset + length;
  DISK_CHECK(refs == 1 && end <= kMaxFileSize);
  hashed = false;
  if (PageCount(end) > pages.size()) pages.resize(PageCount(end));
  while (length > 0) {
    const std::size_t within = offset % kPageSize;
    const std::size_t part = std::min(length, kPageSize - within);
    PageRef& page = pages[offset / kPageSize];
    if (!page || (part == kPageSize && !page.Unique())) page = PageRef::Make();
    page.Mutable().Write(within, in, part);
    in += part;
    offset += part;
    length -= part;
  }
  size = std::max(size, end);
}

void FileContents::Resize(std::uint64_t new_size) {
  DISK_CHECK(refs == 1 && new_size <= kMaxFileSize);
  if (new_size < size) {
    if (pages.size() > PageCount(new_size)) pages.resize(PageCount(new_size));
    const std::size_t within = new_size % kPageSize;
    if (within != 0 && pages.size() == PageCount(new_size) && pages.back() &&
        pages.back()->used > within) {
      pages.back().Mutable().Trim(within);
    }
  }
  size = new_size;
  hashed = false;
}

void FileContents::SetPage(std::uint64_t index, const PageRef& page) {
  DISK_CHECK(refs == 1);
  hashed = false;
  const std::uint64_t start = index * kPageSize;
  if (start >= size) return;
  if (index >= pages.size()) {
    if (!page) return;
    pages.resize(index + 1);
  }
  pages[index] = page;
  const std::uint64_t room = size - start;
  if (page && room < kPageSize && page->used > room) pages[index].Mutable().Trim(room);
}

std::uint64_t FileContents::Hash() const {
  if (!hashed) {
    hash = Fold(0x6c62272e07bb0142ULL, size);
    for (std::size_t i = 0; i < pages.size(); ++i) {
      const std::uint64_t of_page = PageHash(pages[i].get());
      if (of_page != 0) hash = Fold(Fold(hash, i + 1), of_page);
    }
    hashed = true;
  }
  return hash;
}

std::string FileContents::AsString() const {
  std::string bytes(size, '\0');
  Read(0, bytes.data(), bytes.size());
  return bytes;
}

DirectoryContents* DirectoryContents::CreateCopy(const DirectoryContents& from) {
  DirectoryContents* const copy = Create();
  copy->entries = from.entries;
  return copy;
}

[[gnu::noinline]] void DirectoryContents::Destroy(DirectoryContents* contents) { delete contents; }

InodeNumber DirectoryContents::Find(std::string_view name) const {
  const auto at = std::lower_bound(
      entries.begin(), entries.end(), name,
      [](const DirectoryEntry& entry, std::string_view wanted) { return entry.name < wanted; });
  return at != entries.end() && at->name == name ? at->inode : kNoInode;
}

std::string_view DirectoryContents::NameOf(InodeNumber inode) const {
  for (const DirectoryEntry& entry : entries) {
    if (entry.inode == inode) return entry.name;
  }
  return {};
}

void DirectoryContents::Set(std::string_view name, InodeNumber inode) {
  DISK_CHECK(refs == 1);
  const auto at = LowerBound(entries, name);
  if (at != entries.end() && at->name == name) {
    at->inode = inode;
  } else {
    entries.insert(at, DirectoryEntry{std::string(name), inode});
  }
}

void DirectoryContents::Erase(std::string_view name) {
  DISK_CHECK(refs == 1);
  const auto at = LowerBound(entries, name);
  DISK_CHECK(at != entries.end() && at->name == name);
  entries.erase(at);
}

}  // namespace harrow::disk
