// The symbol table of /proc/self/exe, as ELF has it (System V ABI, chapter 4); whatever does not fit leaves the list empty.
#include "sim/harness/sweep/symbols.h"

#include <cxxabi.h>
#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>

namespace harrow::harness {
namespace {

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

template <typename T>
std::vector<T> ReadArray(FILE* file, std::uint64_t offset, std::uint64_t bytes) {
  constexpr std::uint64_t kMost = std::uint64_t{256} << 20;
  if (bytes > kMost || std::fseek(file, static_cast<long>(offset), SEEK_SET) != 0) return {};
  std::vector<T> array(static_cast<std::size_t>(bytes) / sizeof(T));
  array.resize(std::fread(array.data(), sizeof(T), array.size(), file));
  return array;
}

}  // namespace

// "a::(anonymous namespace)::b<int>(int) [clone .cold]" becomes "a::b": what is in brackets goes.
std::string WithoutBrackets(std::string_view text) {
  std::string out;
  int depth = 0;
  for (const char byte : text) {
    const bool opens = byte == '(' || byte == '<' || byte == '[';
    const bool closes = byte == ')' || byte == '>' || byte == ']';
    if (opens) ++depth;
    if (depth == 0) out += byte;
    if (closes && depth > 0) --depth;
  }
  for (std::size_t at = out.find("::::"); at != std::string::npos; at = out.find("::::"))
    out.erase(at, 2);
  if (out.starts_with("::")) out.erase(0, 2);
  // What stands before the name is the type of its result.
  const std::size_t end = std::min(out.find(" const"), out.find_last_not_of(' ') + 1);
  out.resize(std::min(end, out.size()));
  return out.substr(out.rfind(' ') + 1);
}

std::string Demangled(const std::string& name) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? WithoutBrackets(text.get()) : name;
}

Symbols::Symbols() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof(path));
  if (size <= 0) return;
  const std::string_view whole(path, static_cast<std::size_t>(size));
  base_name_ = whole.substr(whole.rfind('/') + 1);
  const File file(std::fopen("/proc/self/exe", "rb"), &std::fclose);
  if (file == nullptr) return;
  const std::vector<Elf64_Ehdr> head = ReadArray<Elf64_Ehdr>(file.get(), 0, sizeof(Elf64_Ehdr));
  if (head.empty() || std::memcmp(head[0].e_ident, ELFMAG, SELFMAG) != 0) return;
  const std::vector<Elf64_Shdr> sections = ReadArray<Elf64_Shdr>(
      file.get(), head[0].e_shoff, std::uint64_t{head[0].e_shnum} * sizeof(Elf64_Shdr));
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size()) continue;
    const Elf64_Shdr& texts = sections[section.sh_link];
    const std::vector<char> names = ReadArray<char>(file.get(), texts.sh_offset, texts.sh_size);
    for (const Elf64_Sym& symbol :
         ReadArray<Elf64_Sym>(file.get(), section.sh_offset, section.sh_size)) {
      if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_name >= names.size()) continue;
      const char* const name = names.data() + symbol.st_name;
      functions_.push_back({symbol.st_value, symbol.st_value + symbol.st_size,
                            std::string(name, strnlen(name, names.size() - symbol.st_name))});
    }
  }
  std::sort(functions_.begin(), functions_.end(), [](const Function& a, const Function& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.name < b.name;
  });
}

const Symbols& Symbols::OfThisProgram() {
  static const Symbols symbols;
  return symbols;
}

std::string Symbols::NameOf(std::string_view file, std::uint64_t offset) const {
  if (file.substr(file.rfind('/') + 1) != base_name_) return {};
  auto next = std::upper_bound(
      functions_.begin(), functions_.end(), offset,
      [](std::uint64_t wanted, const Function& one) { return wanted < one.begin; });
  if (next == functions_.begin()) return {};
  const Function& function = *std::prev(next);
  return offset < function.end ? Demangled(function.name) : std::string();
}

}  // namespace harrow::harness
