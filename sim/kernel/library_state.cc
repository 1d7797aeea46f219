// A library's writable segments, less what the loader owns in them: the part that is read-only after relocation, and the table
// of lazily bound addresses.
#include "sim/kernel/library_state.h"

#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/kernel/sanitizers.h"

namespace harrow::kernel {
namespace {

struct Range {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
};

struct Variables {
  Range range;
  std::unique_ptr<unsigned char[]> kept;
};

struct Library {
  std::string name;
  std::vector<Variables> variables;
};

std::vector<Library>& Libraries() {
  static auto* const libraries = new std::vector<Library>;
  return *libraries;
}

// Byte by byte through volatile, so that it does not become a call of memcpy: that one is a sanitizer's, and some of these bytes
// may be red zones.
void Copy(const unsigned char* from, unsigned char* to, std::size_t size) {
  const volatile unsigned char* source = from;
  volatile unsigned char* target = to;
  std::size_t at = 0;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const auto aligned = [](const void* pointer) {
    // address never observed: only its alignment
    return reinterpret_cast<std::uintptr_t>(pointer) % kWord == 0;
  };
  if (aligned(from) && aligned(to)) {
    for (; at + kWord <= size; at += kWord) {
      *reinterpret_cast<volatile std::uint64_t*>(to + at) =
          *reinterpret_cast<const volatile std::uint64_t*>(from + at);
    }
  }
  for (; at < size; ++at) target[at] = source[at];
}

// What the run that ended has allocated for these variables is nobody's from now on, and no leak.
void ForgetBlocks([[maybe_unused]] Range range) {
#if defined(HARROW_ASAN)
  for (std::uintptr_t at = range.begin; at + sizeof(void*) <= range.end; at += sizeof(void*))
    __lsan_ignore_object(*reinterpret_cast<void* const*>(at));
#endif
}

// What of the ranges lies outside the hole.
std::vector<Range> Without(const std::vector<Range>& ranges, Range hole) {
  std::vector<Range> left;
  for (const Range& range : ranges) {
    const Range below = {range.begin, std::min(range.end, hole.begin)};
    const Range above = {std::max(range.begin, hole.end), range.end};
    if (below.begin < below.end) left.push_back(below);
    if (above.begin < above.end) left.push_back(above);
  }
  return left;
}

// Of the addresses that lazy binding fills in, with the loader's own three words before them.
Range LazyBindings(const ElfW(Dyn) * dynamic) {
  Range table;
  std::size_t relocations = 0;
  for (; dynamic->d_tag != DT_NULL; ++dynamic) {
    if (dynamic->d_tag == DT_PLTGOT) table.begin = dynamic->d_un.d_ptr;
    if (dynamic->d_tag == DT_PLTRELSZ) relocations = dynamic->d_un.d_val / sizeof(ElfW(Rela));
  }
  constexpr std::size_t kLoadersWords = 3;
  table.end = table.begin + (kLoadersWords + relocations) * sizeof(ElfW(Addr));
  return table;
}

struct Search {
  std::string_view name;
  std::vector<Range> ranges;
  bool found = false;
};

int Look(dl_phdr_info* info, std::size_t, void* argument) {
  auto* const search = static_cast<Search*>(argument);
  const std::string_view path(info->dlpi_name);
  const std::string_view file = path.substr(path.rfind('/') + 1);
  if (!file.starts_with(search->name)) return 0;
  search->found = true;
  const auto range_of = [info](const ElfW(Phdr) & header) {
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    return Range{begin, begin + header.p_memsz};
  };
  std::vector<Range> holes;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type == PT_LOAD && (header.p_flags & PF_W) != 0)
      search->ranges.push_back(range_of(header));
    if (header.p_type == PT_GNU_RELRO) holes.push_back(range_of(header));
    if (header.p_type == PT_DYNAMIC) {
      holes.push_back(range_of(header));
      holes.push_back(LazyBindings(reinterpret_cast<const ElfW(Dyn)*>(range_of(header).begin)));
    }
  }
  for (const Range& hole : holes) search->ranges = Without(search->ranges, hole);
  return 1;
}

}  // namespace

bool RestoreBeforeEachRun(std::string_view name) {
  for (const Library& library : Libraries()) {
    if (library.name == name) return true;
  }
  Search search;
  search.name = name;
  dl_iterate_phdr(&Look, &search);
  if (!search.found) return false;
  Library library;
  library.name = std::string(name);
  for (const Range& range : search.ranges) {
    const std::size_t size = range.end - range.begin;
    Variables variables = {range, std::make_unique<unsigned char[]>(size)};
    Copy(reinterpret_cast<const unsigned char*>(range.begin), variables.kept.get(), size);
    library.variables.push_back(std::move(variables));
  }
  Libraries().push_back(std::move(library));
  return true;
}

void RestoreLibraries() {
  const IgnoreAccesses ignored;
  for (const Library& library : Libraries()) {
    for (const Variables& variables : library.variables) {
      ForgetBlocks(variables.range);
      Copy(variables.kept.get(), reinterpret_cast<unsigned char*>(variables.range.begin),
           variables.range.end - variables.range.begin);
    }
  }
}

bool InRestoredLibrary(const void* variable) {
  // address never observed: only whether it lies in such a library
  const auto address = reinterpret_cast<std::uintptr_t>(variable);
  for (const Library& library : Libraries()) {
    for (const Variables& variables : library.variables) {
      if (address >= variables.range.begin && address < variables.range.end) return true;
    }
  }
  return false;
}

}  // namespace harrow::kernel
