// The bytes of a file, and the names of a directory: values shared by the cache, the durable state
// and images, cloned by whoever changes one that others hold.
//
// Threading: one OS thread.
// Invariants:
//  1. FileContents: no page starts at or after the size, and no stored byte lies there.
//  2. A missing page is a hole: it reads as zeros.
//  3. DirectoryContents: entries are sorted by name, names differ.
#ifndef HARROW_SIM_DISK_CONTENTS_H_
#define HARROW_SIM_DISK_CONTENTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "sim/disk/page.h"
#include "sim/disk/ref.h"

namespace harrow::disk {

// The largest file; the page table of a larger sparse one would not be small. Past it: EFBIG.
inline constexpr std::uint64_t kMaxFileSize = std::uint64_t{1} << 34;

inline std::uint64_t PageCount(std::uint64_t size) { return (size + kPageSize - 1) / kPageSize; }

struct FileContents {
  std::uint32_t refs = 0;
  mutable bool hashed = false;
  mutable std::uint64_t hash = 0;
  std::uint64_t size = 0;
  absl::InlinedVector<PageRef, 4> pages;  // may be shorter than the size asks for

  static FileContents* Create() { return new FileContents; }
  static FileContents* CreateCopy(const FileContents& from);
  static void Destroy(FileContents* contents);

  const Page* PageAt(std::uint64_t index) const {
    return index < pages.size() ? pages[index].get() : nullptr;
  }
  PageRef PageRefAt(std::uint64_t index) const {
    return index < pages.size() ? pages[index] : PageRef();
  }
  // offset + size <= this->size.
  void Read(std::uint64_t offset, void* to, std::size_t length) const;

  // These change it: only with a single reference.
  void Write(std::uint64_t offset, const void* from, std::size_t length);
  void Resize(std::uint64_t new_size);
  // Puts a page (or a hole) at `index`; what lies past the size is cut off.
  void SetPage(std::uint64_t index, const PageRef& page);

  std::uint64_t Hash() const;
  std::string AsString() const;
};

using FileRef = Ref<FileContents>;

using InodeNumber = std::uint32_t;
inline constexpr InodeNumber kRootInode = 0;
inline constexpr InodeNumber kNoInode = ~InodeNumber{0};

struct DirectoryEntry {
  std::string name;
  InodeNumber inode = kNoInode;
};

struct DirectoryContents {
  std::uint32_t refs = 0;
  std::vector<DirectoryEntry> entries;

  static DirectoryContents* Create() { return new DirectoryContents; }
  static DirectoryContents* CreateCopy(const DirectoryContents& from);
  static void Destroy(DirectoryContents* contents);

  InodeNumber Find(std::string_view name) const;  // kNoInode when absent
  // The name of an inode here; empty when it has none.
  std::string_view NameOf(InodeNumber inode) const;

  // These change it: only with a single reference.
  void Set(std::string_view name, InodeNumber inode);  // adds or replaces
  void Erase(std::string_view name);                   // present
};

using DirectoryRef = Ref<DirectoryContents>;

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_CONTENTS_H_
