// Free pages stay on one list and are handed out again; slabs come straight from the operating
// system, since malloc on a task would take them from a heap that a reset empties.
#include "sim/disk/page.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "sim/disk/check.h"

namespace harrow::disk {
namespace {

constexpr std::size_t kSlabPages = 64;
constexpr std::uint64_t kMultiplier = 0x9fb21c651e98df25ULL;

union Slot {
  Slot* next;
  Page page;
};

Slot* free_slots = nullptr;

void AddSlab() {
  void* const slab = mmap(nullptr, kSlabPages * sizeof(Slot), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  DISK_CHECK(slab != MAP_FAILED);
  Slot* const slots = static_cast<Slot*>(slab);
  for (std::size_t i = kSlabPages; i > 0; --i) {
    slots[i - 1].next = free_slots;
    free_slots = &slots[i - 1];
  }
}

std::uint64_t LoadWord(const unsigned char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// The length without trailing zeros.
std::size_t Significant(const unsigned char* data, std::size_t size) {
  while (size >= sizeof(std::uint64_t) && LoadWord(data + size - sizeof(std::uint64_t)) == 0) {
    size -= sizeof(std::uint64_t);
  }
  while (size > 0 && data[size - 1] == 0) --size;
  return size;
}

}  // namespace

std::uint64_t Fold(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * kMultiplier;
  return hash ^ (hash >> 29);
}

std::uint64_t HashBytes(const void* data, std::size_t size) {
  const auto* at = static_cast<const unsigned char*>(data);
  // Four lanes keep the multiplier busy; they are folded together at the end.
  std::uint64_t lanes[4] = {0x243f6a8885a308d3ULL, 0x13198a2e03707344ULL, 0xa4093822299f31d0ULL,
                            0x082efa98ec4e6c89ULL};
  std::size_t left = size;
  for (; left >= 32; left -= 32, at += 32) {
    for (std::size_t i = 0; i < 4; ++i) lanes[i] = Fold(lanes[i], LoadWord(at + 8 * i));
  }
  std::uint64_t hash = Fold(0x452821e638d01377ULL, size);
  for (; left >= 8; left -= 8, at += 8) hash = Fold(hash, LoadWord(at));
  std::uint64_t tail = 0;
  for (std::size_t i = 0; i < left; ++i) tail |= std::uint64_t{at[i]} << (8 * i);
  hash = Fold(hash, tail);
  for (const std::uint64_t lane : lanes) hash = Fold(hash, lane);
  return hash;
}

Page* Page::Create() {
  if (free_slots == nullptr) AddSlab();
  Slot* const slot = free_slots;
  free_slots = slot->next;
  Page* const page = &slot->page;
  page->refs = 0;
  page->used = 0;
  page->hashed = false;
  return page;
}

Page* Page::CreateCopy(const Page& from) {
  Page* const page = Create();
  page->used = from.used;
  std::memcpy(page->bytes, from.bytes, from.used);
  return page;
}

[[gnu::noinline]] void Page::Destroy(Page* page) {
  Slot* const slot = reinterpret_cast<Slot*>(page);
  slot->next = free_slots;
  free_slots = slot;
}

void Page::Read(std::size_t offset, void* to, std::size_t size) const {
  const std::size_t stored = offset < used ? std::min<std::size_t>(size, used - offset) : 0;
  std::memcpy(to, bytes + offset, stored);
  if (stored < size) std::memset(static_cast<char*>(to) + stored, 0, size - stored);
}

void Page::Write(std::size_t offset, const void* from, std::size_t size) {
  if (offset > used) std::memset(bytes + used, 0, offset - used);
  std::memcpy(bytes + offset, from, size);
  used = static_cast<std::uint32_t>(std::max<std::size_t>(used, offset + size));
  hashed = false;
}

void Page::Trim(std::size_t size) {
  used = static_cast<std::uint32_t>(std::min<std::size_t>(used, size));
  hashed = false;
}

std::uint64_t PageHash(const Page* page) {
  if (page == nullptr) return 0;
  if (!page->hashed) {
    const std::size_t significant = Significant(page->bytes, page->used);
    page->hash = significant == 0 ? 0 : HashBytes(page->bytes, significant);
    page->hashed = true;
  }
  return page->hash;
}

}  // namespace harrow::disk
