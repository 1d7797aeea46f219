// What an Image refers to: a table of inodes, shared and never changed once taken.
//
// Threading: one OS thread.
// Invariants: node kRootInode is a directory; a node that no name reaches is empty.
#ifndef HARROW_SIM_DISK_IMAGE_STATE_H_
#define HARROW_SIM_DISK_IMAGE_STATE_H_

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "sim/disk/contents.h"
#include "sim/disk/image.h"

namespace harrow::disk {

struct ImageNode {
  FileRef file;
  DirectoryRef directory;
  mode_t mode = 0;  // permission bits

  bool empty() const { return !file && !directory; }
};

class ImageState {
 public:
  std::uint32_t refs = 0;
  std::vector<ImageNode> nodes;  // by inode number
  std::size_t live = 0;          // nodes that are not empty
  mutable bool hashed = false;
  mutable std::uint64_t hash = 0;

  static ImageState* Create() { return new ImageState; }
  static ImageState* CreateCopy(const ImageState& from);
  static void Destroy(ImageState* state);

  // Renumbers the nodes densely, in the order of a walk by name, when most are empty.
  void CompactIfSparse();

  static Image Wrap(const Ref<ImageState>& state) { return Image(state.get()); }
  static const ImageState& Of(const Image& image) { return *image.state_; }
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_IMAGE_STATE_H_
