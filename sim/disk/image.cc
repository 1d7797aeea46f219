// An image is a reference to a table of inodes; everything here walks it from the root by name, in
// sorted order.
#include "sim/disk/image.h"

#include <algorithm>
#include <utility>

#include "sim/disk/check.h"
#include "sim/disk/image_state.h"

namespace harrow::disk {
namespace {

constexpr mode_t kFileMode = 0644;
constexpr mode_t kDirectoryMode = 0755;
constexpr std::size_t kSparseSlack = 32;

void HashDirectory(const ImageState& state, const DirectoryContents& directory,
                   std::uint64_t& hash) {
  hash = Fold(hash, directory.entries.size());
  for (const DirectoryEntry& entry : directory.entries) {
    hash = Fold(hash, HashBytes(entry.name.data(), entry.name.size()));
    const ImageNode& node = state.nodes[entry.inode];
    if (node.directory) {
      HashDirectory(state, *node.directory, hash);
    } else {
      hash = Fold(hash, node.file->Hash());
    }
  }
}

void ListDirectory(const ImageState& state, const DirectoryContents& directory,
                   const std::string& prefix, std::vector<Image::Listed>& out) {
  for (const DirectoryEntry& entry : directory.entries) {
    const ImageNode& node = state.nodes[entry.inode];
    const std::string path = prefix + entry.name;
    out.push_back({path, static_cast<bool>(node.directory), node.file ? node.file->size : 0});
    if (node.directory) ListDirectory(state, *node.directory, path + "/", out);
  }
}

// Takes the first component off `path`.
std::string_view NextComponent(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view component = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
  return component;
}

void CompactInto(const ImageState& from, InodeNumber inode, std::vector<ImageNode>& to) {
  to.push_back(from.nodes[inode]);
  if (!from.nodes[inode].directory) return;
  const std::size_t own = to.size() - 1;
  DirectoryRef renumbered = DirectoryRef::Clone(*from.nodes[inode].directory);
  for (DirectoryEntry& entry : renumbered->entries) {
    const InodeNumber child = entry.inode;
    entry.inode = static_cast<InodeNumber>(to.size());
    CompactInto(from, child, to);
  }
  to[own].directory = renumbered;
}

}  // namespace

ImageState* ImageState::CreateCopy(const ImageState& from) {
  ImageState* const copy = Create();
  copy->nodes = from.nodes;
  copy->live = from.live;
  return copy;
}

void ImageState::CompactIfSparse() {
  if (nodes.size() <= 2 * live + kSparseSlack) return;
  std::vector<ImageNode> dense;
  dense.reserve(live);
  CompactInto(*this, kRootInode, dense);
  nodes = std::move(dense);
}

[[gnu::noinline]] void ImageState::Destroy(ImageState* state) { delete state; }

Image::Image(ImageState* state) : state_(state) { ++state_->refs; }

Image::Image() : state_(ImageState::Create()) {
  state_->refs = 1;
  state_->nodes.resize(1);
  state_->nodes[kRootInode].directory = DirectoryRef::Make();
  state_->nodes[kRootInode].mode = kDirectoryMode;
  state_->live = 1;
}

Image::Image(const Image& other) : state_(other.state_) { ++state_->refs; }

// A moved-from image shares the state with the new one: it stays usable, and a move costs a count.
Image::Image(Image&& other) noexcept : state_(other.state_) { ++state_->refs; }

Image& Image::operator=(const Image& other) {
  ++other.state_->refs;
  if (--state_->refs == 0) ImageState::Destroy(state_);
  state_ = other.state_;
  return *this;
}

Image& Image::operator=(Image&& other) noexcept { return *this = std::as_const(other); }

Image::~Image() {
  if (--state_->refs == 0) ImageState::Destroy(state_);
}

std::uint64_t Image::ContentHash() const {
  if (!state_->hashed) {
    state_->hash = 0x100000001b3ULL;
    HashDirectory(*state_, *state_->nodes[kRootInode].directory, state_->hash);
    state_->hashed = true;
  }
  return state_->hash;
}

std::vector<Image::Listed> Image::List() const {
  std::vector<Listed> out;
  ListDirectory(*state_, *state_->nodes[kRootInode].directory, "", out);
  std::sort(out.begin(), out.end(),
            [](const Listed& a, const Listed& b) { return a.path < b.path; });
  return out;
}

std::string Image::Contents(std::string_view path) const {
  InodeNumber inode = kRootInode;
  while (!path.empty()) {
    DISK_CHECK(state_->nodes[inode].directory);
    inode = state_->nodes[inode].directory->Find(NextComponent(path));
    DISK_CHECK(inode != kNoInode);
  }
  DISK_CHECK(state_->nodes[inode].file);
  return state_->nodes[inode].file->AsString();
}

Image Image::With(std::string_view path, std::string_view contents) const {
  Ref<ImageState> changed = Ref<ImageState>::Clone(*state_);
  InodeNumber inode = kRootInode;
  while (!path.empty()) {
    const std::string_view name = NextComponent(path);
    DISK_CHECK(!name.empty());
    DISK_CHECK(changed->nodes[inode].directory);
    InodeNumber child = changed->nodes[inode].directory->Find(name);
    if (child == kNoInode) {
      child = static_cast<InodeNumber>(changed->nodes.size());
      changed->nodes.emplace_back();
      ++changed->live;
      changed->nodes[inode].directory.Mutable().Set(name, child);
      ImageNode& made = changed->nodes[child];
      if (!path.empty()) made.directory = DirectoryRef::Make();
      made.mode = path.empty() ? kFileMode : kDirectoryMode;
    }
    inode = child;
  }
  ImageNode& node = changed->nodes[inode];
  DISK_CHECK(!node.directory);
  node.file = FileRef::Make();
  node.file->Write(0, contents.data(), contents.size());
  return ImageState::Wrap(changed);
}

Image Image::Without(std::string_view path) const {
  Ref<ImageState> changed = Ref<ImageState>::Clone(*state_);
  InodeNumber inode = kRootInode;
  while (true) {
    const std::string_view name = NextComponent(path);
    DirectoryRef& directory = changed->nodes[inode].directory;
    DISK_CHECK(directory);
    const InodeNumber child = directory->Find(name);
    DISK_CHECK(child != kNoInode);
    if (path.empty()) {
      DISK_CHECK(changed->nodes[child].file);
      directory.Mutable().Erase(name);
      changed->nodes[child] = ImageNode();
      --changed->live;
      return ImageState::Wrap(changed);
    }
    inode = child;
  }
}

}  // namespace harrow::disk
