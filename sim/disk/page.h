// One page of a file: 4096 bytes of which the first `used` are stored and the rest are zeros.
// Shared by the cache, the durable state and images.
//
// Threading: one OS thread; the pool of free pages belongs to the process and lives outside the
// run-time heap.
// Invariants:
//  1. used <= kPageSize; bytes at and after `used` read as zeros whatever is stored there.
//  2. A page with more than one reference is not changed, so its hash may be kept with it.
#ifndef HARROW_SIM_DISK_PAGE_H_
#define HARROW_SIM_DISK_PAGE_H_

#include <cstddef>
#include <cstdint>

#include "sim/disk/ref.h"

namespace harrow::disk {

inline constexpr std::size_t kPageSize = 4096;
inline constexpr std::size_t kSectorSize = 512;
inline constexpr std::size_t kSectorsPerPage = kPageSize / kSectorSize;

struct Page {
  std::uint32_t refs;
  std::uint32_t used;
  mutable std::uint64_t hash;  // of the bytes; valid when hashed
  mutable bool hashed;
  unsigned char bytes[kPageSize];

  static Page* Create();  // used == 0
  static Page* CreateCopy(const Page& from);
  static void Destroy(Page* page);

  // Copies `size` bytes from `offset` of the page, zeros past `used`. offset + size <= kPageSize.
  void Read(std::size_t offset, void* to, std::size_t size) const;
  // Overwrites, filling a gap before `offset` with zeros. Only with a single reference.
  void Write(std::size_t offset, const void* from, std::size_t size);
  // Forgets what is at and after `size`.
  void Trim(std::size_t size);
};

using PageRef = Ref<Page>;

// A hash of the bytes with trailing zeros left out: pages of equal bytes have equal hashes, and a
// page of zeros has the hash 0 of a hole.
std::uint64_t PageHash(const Page* page);
// One step of a hash over words.
std::uint64_t Fold(std::uint64_t hash, std::uint64_t word);
std::uint64_t HashBytes(const void* data, std::size_t size);

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_PAGE_H_
