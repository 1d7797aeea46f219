// Runs the files of the folders it is given through a fuzz target: each as it is, and at up to so many places of it cut there, and with
// the byte there replaced by a few others; and, where the target has a mutator of its own, as many inputs that this makes of it, one
// after another. For builds without libFuzzer; it finds little new, it keeps what was found from coming back.
//
//   NAME_seeds PLACES FOLDER...
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/engine/mutate.h"
#include "tests/fuzz/fuzz.h"

#pragma weak LLVMFuzzerCustomMutator

// In place of libFuzzer's: a byte set, added or taken out, or a piece repeated.
std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max) {
  static harrow::fuzz::Draw draw(1);
  std::string bytes(harrow::fuzz::Input(data, size));
  const std::size_t at = draw.Below(size + 1);
  const auto byte = static_cast<char>(draw.Below(256));
  switch (draw.Below(4)) {
    case 0:
      bytes.insert(at, 1, byte);
      break;
    case 1:
      bytes.erase(at, 1 + draw.Below(4));
      break;
    case 2:
      bytes.insert(at, bytes.substr(draw.Below(size + 1), draw.Below(16)));
      break;
    default:
      if (at < size) bytes[at] = byte;
  }
  if (bytes.size() > size_max) bytes.resize(size_max);
  bytes.copy(reinterpret_cast<char*>(data), bytes.size());
  return bytes.size();
}

namespace harrow {
namespace {

void Run(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

void RunAround(const std::string& text, std::size_t place_count) {
  const std::size_t stride = text.size() / place_count + 1;
  Run(text);
  for (std::size_t at = 0; at < text.size(); at += stride) {
    Run(text.substr(0, at));
    std::string damaged = text;
    for (const char other : {'\0', ' ', '\n', '#', '9', 'x', '{', ',', '\t', '\r', '\xff'}) {
      damaged[at] = other;
      Run(damaged);
    }
  }
}

void RunMutated(std::string text, std::size_t count) {
  const std::string seed = text;
  for (unsigned round = 0; round < count; ++round) {
    if (round % 16 == 0) text = seed;
    const std::size_t size = text.size();
    text.resize(2 * size + 64);
    text.resize(LLVMFuzzerCustomMutator(reinterpret_cast<std::uint8_t*>(text.data()), size,
                                        text.size(), round));
    Run(text);
  }
}

}  // namespace
}  // namespace harrow

int main(int argc, char** argv) {
  const std::size_t place_count = argc < 3 ? 0 : std::stoul(argv[1]);
  if (place_count == 0) {
    std::fprintf(stderr, "seeds: expected a number of places and folders\n");
    return 2;
  }
  std::size_t files = 0;
  for (int index = 2; index < argc; ++index) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[index])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(file),
                             std::istreambuf_iterator<char>()};
      harrow::RunAround(text, place_count);
      if (LLVMFuzzerCustomMutator != nullptr) harrow::RunMutated(text, place_count);
      ++files;
    }
  }
  std::printf("%zu seeds\n", files);
  return files == 0 ? 1 : 0;
}
