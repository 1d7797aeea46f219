// One table of (name, value), searched in either direction.
#include "faults/errno_names.h"

#include <array>
#include <cerrno>
#include <charconv>

namespace harrow::faults {
namespace {

struct Named {
  std::string_view name;
  int value;
};

constexpr std::array kNames = {
    Named{"EPERM", EPERM},     Named{"ENOENT", ENOENT},     Named{"EINTR", EINTR},
    Named{"EIO", EIO},         Named{"ENXIO", ENXIO},       Named{"EBADF", EBADF},
    Named{"EAGAIN", EAGAIN},   Named{"ENOMEM", ENOMEM},     Named{"EACCES", EACCES},
    Named{"EBUSY", EBUSY},     Named{"EEXIST", EEXIST},     Named{"EXDEV", EXDEV},
    Named{"ENODEV", ENODEV},   Named{"ENOTDIR", ENOTDIR},   Named{"EISDIR", EISDIR},
    Named{"EINVAL", EINVAL},   Named{"ENFILE", ENFILE},     Named{"EMFILE", EMFILE},
    Named{"ETXTBSY", ETXTBSY}, Named{"EFBIG", EFBIG},       Named{"ENOSPC", ENOSPC},
    Named{"EROFS", EROFS},     Named{"EMLINK", EMLINK},     Named{"ENAMETOOLONG", ENAMETOOLONG},
    Named{"ENOLCK", ENOLCK},   Named{"ENOSYS", ENOSYS},     Named{"ENOTEMPTY", ENOTEMPTY},
    Named{"ELOOP", ELOOP},     Named{"ENODATA", ENODATA},   Named{"EOVERFLOW", EOVERFLOW},
    Named{"EDQUOT", EDQUOT},   Named{"ESTALE", ESTALE},     Named{"EOPNOTSUPP", EOPNOTSUPP},
    Named{"EUCLEAN", EUCLEAN}, Named{"ENOTCONN", ENOTCONN}, Named{"ETIMEDOUT", ETIMEDOUT},
};

}  // namespace

std::string ErrnoText(int error) {
  for (const Named& named : kNames) {
    if (named.value == error) return std::string(named.name);
  }
  return std::to_string(error);
}

std::optional<int> ParseErrno(std::string_view text) {
  for (const Named& named : kNames) {
    if (named.name == text) return named.value;
  }
  if (text.empty() || text.front() == '0') return std::nullopt;
  int value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) {
    return std::nullopt;
  }
  if (value < 1 || value > kErrnoMax) return std::nullopt;
  return value;
}

}  // namespace harrow::faults
