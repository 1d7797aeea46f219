// What opendir returns on the mount: the names as they were when it was opened.
//
// Threading: on a task.
#ifndef HARROW_SIM_DISK_POSIX_DIRECTORY_H_
#define HARROW_SIM_DISK_POSIX_DIRECTORY_H_

#include <dirent.h>

#include <cstddef>
#include <string>
#include <vector>

namespace harrow::disk {

struct DirectoryStream {
  std::vector<std::string> names;
  std::size_t next = 0;
  struct dirent entry = {};
};

// The stream behind what opendir returned; nullptr when it is libc's.
DirectoryStream* ServedStream(const void* directory);

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_POSIX_DIRECTORY_H_
