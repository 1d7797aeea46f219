// What is on the medium when nothing is pending: a copy-on-write value. Copying one costs a
// reference count; pages are shared with the disk it was taken from and with other images.
//
// Threading: values; reference counts are not atomic (one OS thread).
#ifndef HARROW_SIM_DISK_IMAGE_H_
#define HARROW_SIM_DISK_IMAGE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace harrow::disk {

class ImageState;

class Image {
 public:
  Image();  // an empty root directory
  Image(const Image&);
  Image(Image&&) noexcept;
  Image& operator=(const Image&);
  Image& operator=(Image&&) noexcept;
  ~Image();

  // A hash of names and contents: equal images have equal hashes. Cheap: page hashes are kept with
  // the pages.
  std::uint64_t ContentHash() const;

  struct Listed {
    std::string path;  // relative to the root, "db/000003.log"
    bool directory = false;
    std::uint64_t size = 0;
  };
  std::vector<Listed> List() const;                   // sorted by path
  std::string Contents(std::string_view path) const;  // of a file; CHECK-fails when absent
  // For tests and hand-made damage: a new image with this file written or removed (parents are
  // made).
  Image With(std::string_view path, std::string_view contents) const;
  Image Without(std::string_view path) const;

 private:
  friend class Disk;
  friend class ImageState;
  explicit Image(ImageState* state);
  ImageState* state_;
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_IMAGE_H_
