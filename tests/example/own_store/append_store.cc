#include "tests/example/own_store/append_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace append_store {
namespace {

struct Header {
  std::uint64_t size = 0;  // of what follows; 0 ends the file
  std::uint64_t checksum = 0;
};

// FNV-1a.
std::uint64_t ChecksumOf(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
  return hash;
}

// Again where a signal came between.
template <typename Call>
auto Retry(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

void PutText(std::string* to, std::string_view text) {
  const std::uint64_t size = text.size();
  to->append(reinterpret_cast<const char*>(&size), sizeof(size)).append(text);
}

std::optional<std::string_view> TakeText(std::string_view* from) {
  std::uint64_t size = 0;
  if (from->size() < sizeof(size)) return std::nullopt;
  std::memcpy(&size, from->data(), sizeof(size));
  from->remove_prefix(sizeof(size));
  if (from->size() < size) return std::nullopt;
  const std::string_view text = from->substr(0, size);
  from->remove_prefix(size);
  return text;
}

std::string RecordOf(const std::vector<Entry>& entries) {
  std::string body;
  for (const Entry& entry : entries) {
    body += entry.value.has_value() ? 'p' : 'd';
    PutText(&body, entry.key);
    if (entry.value.has_value()) PutText(&body, *entry.value);
  }
  body += '.';
  const Header header = {body.size(), ChecksumOf(body)};
  return std::string(reinterpret_cast<const char*>(&header), sizeof(header)) + body;
}

void Apply(std::string_view body, Pairs* pairs) {
  while (!body.empty() && body[0] != '.') {
    const bool put = body[0] == 'p';
    body.remove_prefix(1);
    const std::optional<std::string_view> key = TakeText(&body);
    if (!key.has_value()) return;
    if (!put) {
      pairs->erase(std::string(*key));
      continue;
    }
    const std::optional<std::string_view> value = TakeText(&body);
    if (!value.has_value()) return;
    (*pairs)[std::string(*key)] = std::string(*value);
  }
}

// The body of a record that is whole.
std::optional<std::string_view> TakeRecord(std::string_view* bytes) {
  Header header;
  if (bytes->size() < sizeof(header)) return std::nullopt;
  std::memcpy(&header, bytes->data(), sizeof(header));
  const std::string_view behind = bytes->substr(sizeof(header));
  if (header.size == 0 || header.size > behind.size()) return std::nullopt;
  const std::string_view body = behind.substr(0, header.size);
  if (ChecksumOf(body) != header.checksum) return std::nullopt;
  *bytes = behind.substr(header.size);
  return body;
}

int OpenFile(const std::string& path, int flags) {
  return Retry([&] { return open(path.c_str(), flags | O_CLOEXEC, 0644); });
}

int SyncFolder(const std::string& path) {
  const int fd = OpenFile(path, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return errno;
  const int error = Retry([&] { return fsync(fd); }) == 0 ? 0 : errno;
  close(fd);
  return error;
}

int ReadFile(const std::string& path, std::string* bytes) {
  const int fd = OpenFile(path, O_RDONLY);
  if (fd < 0) return errno;
  char buffer[4096];
  ssize_t got = 0;
  while ((got = Retry([&] { return read(fd, buffer, sizeof(buffer)); })) > 0)
    bytes->append(buffer, static_cast<std::size_t>(got));
  const int error = got == 0 ? 0 : errno;
  close(fd);
  return error;
}

int Lock(int fd) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd, F_OFD_SETLK, &lock) == 0) return 0;
  return errno == EAGAIN || errno == EACCES ? EBUSY : errno;
}

}  // namespace

std::unique_ptr<Store> Store::Open(const std::string& folder, int* error) {
  std::unique_ptr<Store> store(new Store);
  *error = store->Start(folder);
  return *error == 0 ? std::move(store) : nullptr;
}

Store::~Store() {
  if (fd_ >= 0) close(fd_);
  if (lock_fd_ >= 0) close(lock_fd_);
}

int Store::Start(const std::string& folder) {
  if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return errno;
  // The folder's name must be durable before anything in it is promised.
  if (const int error = SyncFolder(folder.substr(0, folder.rfind('/'))); error != 0) return error;
  lock_fd_ = OpenFile(folder + "/lock", O_RDWR | O_CREAT);
  if (lock_fd_ < 0) return errno;
  if (const int error = Lock(lock_fd_); error != 0) return error;
  if (const int error = ReadRecords(folder + "/data"); error != 0) return error;
#if defined(APPEND_STORE_KEEPS_TORN_TAIL)
  fd_ = OpenFile(folder + "/data", O_RDWR | O_CREAT | O_APPEND);
  if (fd_ < 0) return errno;
#else
  // A new file: what the old one has behind its last whole record is gone, and so is all doubt about what of it is durable.
  fd_ = OpenFile(folder + "/data.new", O_RDWR | O_CREAT | O_TRUNC);
  if (fd_ < 0) return errno;
  std::vector<Entry> all;
  for (const auto& [key, value] : *pairs_) all.push_back({key, value});
  if (const int error = Append(RecordOf(all)); error != 0) return error;
  if (const int error = MakeDurable(); error != 0) return error;
  if (rename((folder + "/data.new").c_str(), (folder + "/data").c_str()) != 0) return errno;
#endif
  return SyncFolder(folder);
}

// The first record was durable before the file had its name: if that is not whole, the file is damaged. Behind it the first that
// is not whole was torn by a crash.
int Store::ReadRecords(const std::string& path) {
  std::string bytes;
  if (const int error = ReadFile(path, &bytes); error != 0) return error == ENOENT ? 0 : error;
  std::string_view left = bytes;
  while (std::optional<std::string_view> body = TakeRecord(&left)) Apply(*body, pairs_.get());
#if !defined(APPEND_STORE_KEEPS_TORN_TAIL)
  if (left.size() == bytes.size()) return EIO;
#endif
  return 0;
}

int Store::Append(std::string_view record) {
  while (!record.empty()) {
    const ssize_t written = Retry([&] { return write(fd_, record.data(), record.size()); });
    if (written < 0) return errno;
    record.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

int Store::MakeDurable() {
  return Retry([&] { return fdatasync(fd_); }) == 0 ? 0 : errno;
}

int Store::Write(const std::vector<Entry>& entries, bool sync) {
  const std::string record = RecordOf(entries);
  const std::lock_guard<std::mutex> lock(mutex_);
  if (broken_ != 0) return broken_;
  broken_ = Append(record);
  if (broken_ == 0 && sync) broken_ = MakeDurable();
  if (broken_ != 0) return broken_;
  // Snapshots share the pairs until they change.
  if (pairs_.use_count() > 1) pairs_ = std::make_shared<Pairs>(*pairs_);
  Apply(std::string_view(record).substr(sizeof(Header)), pairs_.get());
  return 0;
}

int Store::Sync() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (broken_ == 0) broken_ = MakeDurable();
  return broken_;
}

std::optional<std::string> Store::Get(std::string_view key) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = pairs_->find(key);
  if (found == pairs_->end()) return std::nullopt;
  return found->second;
}

std::shared_ptr<const Pairs> Store::Snapshot() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return pairs_;
}

}  // namespace append_store
